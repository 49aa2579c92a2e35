//! Frequent words of English and of the languages that are told from it. A word may stand in several rows.

pub(super) const ENGLISH: &str = "a about above after again against all also although am an and another any anyone \
    anything are aren't around as ask at away back bad be because become been before began being best better between \
    big both build but buy by call called came can can't cannot change code come could country couldn't create day days \
    define deal describe did didn't difference different do does doesn't doing don't done down during each earn easy eat \
    effect either else end enough error even ever every everyone example explain fast feel few file find first fix for \
    food found free from function get gets getting give go goes going good got great had happen happened has hasn't have \
    having he help her here high him his home how however i i'd i'll i'm i've if important improve in indian instead into \
    is isn't it it's its job just keep kind know language last learn least let life like list little live long look \
    lose make makes man many marry may men me mean means might money more most movie much must my myself name need never new next \
    no nor not nothing now number of off old on once one only or other our out over own part people person play please \
    prepare price problem program put question questions read really reason right run said same say school see \
    send set she should shot show simple since size small so some someone something start state still stop store story \
    study such summarize take tell text than thank that that's the their them then there these they thing things think \
    this those through time times to today too translate true try two type under until up upon us use used using value \
    very want wants was water way we week well went were what what's when where which while who who's whom whose why will \
    with without woman word words work works world would write wrong year years yes you you're your yourself";

/// German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Swedish, Danish and Norwegian, Finnish,
/// Indonesian and Malay, Vietnamese, Czech and Slovak, Hungarian, Romanian, Croatian and Serbian, Catalan, Hindi in
/// Latin letters, Tagalog, Swahili.
pub(super) const FOREIGN: &[&str] = &[
    "der die das und ist nicht wie ein eine einen einem einer eines ich du er sie wir ihr auf mit für sich den dem des \
     von zu zum zur wo wann warum wieso weshalb wer was welche welcher welches bei beim nach auch oder kann können wird \
     werden sind hat haben hatte war waren im in an am aus über unter zwischen durch ohne gegen bis seit wenn dass daß \
     aber nur noch schon mehr sehr man mir mich dir dich uns mein meine dein deine sein seine kein keine viel viele wieviel \
     gibt es geht heißt bedeutet macht machen mache erkläre erklären schreibe übersetze bitte danke funktioniert \
     unterschied hauptstadt jahr tag stadt deutschland heute morgen wetter unser diese dieser dieses",
    "le la les l un une des du de et est sont était dans pour pas ne qui que qu quel quelle quels quelles comment \
     pourquoi où quand avec sans sur sous au aux je tu il elle nous vous ils elles on ce cet cette ces mon ma mes ton ta \
     son sa ses notre votre leur leurs mais ou donc si plus moins très bien être avoir ai as a ont avons avez suis peut \
     peux faire fait fonctionne c'est qu'est-ce est-ce quoi combien explique expliquez écris traduis merci bonjour \
     capitale différence entre année jour ville ça se y en d'un d'une l'on aujourd'hui j'ai",
    "el la los las un una unos unas y e o u de del al que qué quién quien quiénes cuál cual cuáles cómo como dónde donde \
     cuándo cuando cuánto cuánta cuántos por para con sin sobre entre hasta desde en es son está están era fue ser estar \
     hay no sí si se su sus mi mis tu tus yo él ella ellos nosotros usted ustedes lo le les me te nos muy más menos pero \
     porque también puedo puede pueden hacer hago hace tiene tienen tengo explica explícame escribe traduce gracias hola \
     capital diferencia funciona significa año día ciudad hoy este esta esto ese esa",
    "o a os as um uma uns umas e de do da dos das no na nos nas ao aos à às em por para com sem sobre entre que quem qual \
     quais como onde quando quanto quantos porque é são está estão era foi ser estar há não sim se seu sua seus suas meu \
     minha eu tu você vocês ele ela eles nós lhe me te muito mais menos mas também posso pode podem fazer faço faz tem têm \
     tenho explique explica escreva traduza obrigado olá capital diferença funciona significa ano dia cidade hoje isso \
     este esta esse essa pelo pela",
    "il lo la i gli le un uno una e ed o di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in \
     nel nella nei con su sul sulla per tra fra che chi cosa cos'è qual quale quali come dove dov'è quando quanto quanti \
     perché è sono era ha hanno ho hai essere avere c'è non sì si suo sua mio mia tuo tua io tu lui lei noi voi loro mi \
     ti ci vi molto più meno ma anche posso può possono fare faccio fa spiega scrivi traduci grazie ciao capitale \
     differenza funziona significa anno giorno città oggi questo questa quello stai",
    "de het een en is zijn was waren niet geen wel hoe wat waarom waar wanneer wie welke welk hoeveel kan kunnen wordt \
     worden word ik jij je hij zij ze wij we jullie mij mijn jouw haar hun ons onze dit dat deze die er naar van voor met \
     zonder op aan bij uit over onder tussen door tot om te als of maar ook nog al meer veel zeer heel heeft hebben heb had \
     moet moeten zal zullen doen doe doet maken maak leg schrijf vertaal dank hallo hoofdstad verschil werkt betekent \
     jaar dag stad vandaag weer",
    "i w we z ze na do od za po przez dla o u nie tak jest są był była było być się co to czy jak jaki jaka jakie gdzie \
     kiedy dlaczego kto który która które ile czym ja ty on ona my wy oni mój moja twój jego jej ich ten ta te tego tej \
     ale lub albo oraz też już tylko bardzo więcej może mogę można mam ma mają mieć robić zrobić działa znaczy wyjaśnij \
     napisz przetłumacz dziękuję cześć proszę stolica stolicą różnica między rok dzień miasto dzisiaj",
    "ve veya ile bir bu şu o ne nedir nasıl neden niçin niye nerede nereye nereden kim kimdir hangi kaç ne zaman mi mı mu \
     mü için gibi kadar daha çok en az var yok değil ben sen biz siz onlar benim senin onun bana sana ama fakat çünkü eğer \
     ise olan olarak olur oldu yapılır yapabilirim eder arasındaki fark nelerdir açıkla yaz çevir teşekkürler merhaba \
     başkenti yıl gün şehir bugün",
    "och att det den de är som en ett i på av för med till från inte har hade var vad hur varför när vem vilken vilket \
     vilka kan ska skall vill måste jag du han hon vi ni dem mig dig min mitt din sin om eller men så också bara mycket \
     mer mest gör göra får få finns fungerar betyder förklara skriv översätt tack hej huvudstad huvudstaden skillnaden \
     mellan år dag stad idag",
    "og at det den de er som en et i på af av for med til fra ikke har havde hadde var hva hvad hvordan hvorfor hvor når \
     hvem hvilken hvilket hvilke kan skal vil må jeg du han hun vi dere dem mig meg dig deg min mit mitt din sin om eller \
     men så også bare meget mye mer mere gør gjør får få findes finnes fungerer betyder forklar skriv oversæt oversett \
     takk tak hej hei hovedstad hovedstaden forskellen forskjellen mellem mellom år dag by i dag",
    "ja on ei ole oli ovat se hän minä sinä me te he mikä mitä miten miksi missä milloin kuka kuinka paljon voi voin \
     voinko pitää että kun jos mutta tai kuin myös vain niin tämä tuo mitkä minun sinun hänen kanssa ilman ennen jälkeen \
     selitä kirjoita käännä kiitos hei pääkaupunki ero välillä vuosi päivä kaupunki tänään",
    "yang dan di ke dari untuk dengan pada adalah ialah ini itu tidak bukan akan sudah telah apa apakah siapa bagaimana \
     mengapa kenapa kapan mana berapa saya aku kamu anda dia kami kita mereka bisa boleh dapat harus atau tetapi karena \
     jika juga lebih sangat ada cara jelaskan tulis terjemahkan terima kasih halo ibu kota perbedaan antara tahun hari \
     hari kerja oleh dalam sebagai",
    "là và của có không cho được một những các này đó gì nào tại sao thế như với để trong khi từ đến về ở tôi bạn anh chị \
     em chúng ta họ làm hãy viết dịch giải thích thủ đô việt nam năm ngày cách bao nhiêu ai đâu mà thì cũng rất nhiều",
    "a v ve na do od z ze s se si je jsou byl byla bylo být není ne co kdo jak jaký jaká jaké kde kdy proč který která \
     které kolik já ty on ona my vy oni můj tvůj jeho její to ten ta pro při po nebo ale také už jen velmi více může mohu \
     mám má mít dělat funguje znamená vysvětli napiš přelož děkuji ahoj hlavní město rozdíl mezi rok den dnes ako čo prečo \
     kde som sú je nie",
    "a az egy és vagy nem van vannak volt lesz hogy hogyan mi mit miért hol hova mikor ki kik melyik mennyi hány én te ő \
     mi ti ők ez azt ezt ha de is már csak még nagyon több lehet tudok kell magyarázd írj fordítsd köszönöm szia \
     fővárosa különbség között év nap város ma",
    "și si sau de la în pe cu fără pentru din că ce cine cum unde când cât câte care este sunt era fost nu da eu tu el ea \
     noi voi ei mea meu ta tău lui lor acest aceasta mai foarte dar dacă pot poate face fac are au explică scrie traduce \
     mulțumesc salut capitala diferența dintre între an zi oraș astăzi o un",
    "i u na je su nije sam si smo ste da ne li što šta ko tko kako gdje gde kada zašto koji koja koje koliko ja ti on ona \
     mi vi oni moj tvoj njegov se za od do iz sa s bez po o ali ili također takođe već samo vrlo više može mogu imam ima \
     napiši objasni prevedi hvala zdravo glavni grad razlika između godina dan danas",
    "el la els les un una uns unes i o de del dels a al als en amb sense per què qui quin quina com on quan quant és són \
     està estan era ser no sí jo tu ell ella nosaltres meu meva molt més menys però perquè també puc pot fer faig té tinc \
     explica escriu tradueix gràcies hola capital diferència entre any dia ciutat avui",
    "hai hain tha thi the ka ki ke ko se mein main kya kaise kyon kyun kab kahan kaun kitna kitne nahi nahin aur ya par \
     hum tum aap mera meri tera apna yeh ye woh wo hota hoti karna kare karte karo batao matlab samjhao likho bhi toh \
     raha rahe liye",
    "ang ng mga sa na ay at ni si kay ko mo niya ako ikaw siya kami tayo sila ano sino saan kailan bakit paano ilan alin \
     hindi oo may mayroon wala ito iyan iyon para dahil kung pero o din rin lang naman ba po salamat ibig sabihin",
    "na ya wa kwa ni la za katika nini nani wapi lini vipi gani ngapi je mimi wewe yeye sisi ninyi wao hii hiyo hapana \
     ndiyo kama lakini au pia sana kuwa kufanya maana asante habari mji mkuu",
];
