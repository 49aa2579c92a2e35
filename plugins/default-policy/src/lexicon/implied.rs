//! Words that say nothing beside certain others, in one text: `Google` before `Chrome`, `language` after `Python`.
//! Each row: the words that may be left out, and the words directly beside which they may be.

pub(super) const IMPLIED: &[(&str, &str)] = &[
    ("google", "chrome gmail android maps docs sheets drive chromebook pixel translate playstore bard gemini youtube"),
    ("microsoft ms", "windows excel word outlook powerpoint teams office azure onedrive xbox sharepoint access edge"),
    ("apple", "iphone ipad mac macbook ios macos siri airpods itunes icloud imac ipod safari"),
    ("adobe", "photoshop illustrator indesign premiere lightroom acrobat"),
    ("amazon", "aws alexa kindle"),
    ("sony", "playstation ps4 ps5"),
    ("samsung", "galaxy"),
    ("oracle", "java"),
    ("facebook meta", "whatsapp instagram"),
    (
        "language",
        "english french german spanish hindi chinese japanese italian arabic russian korean portuguese mandarin latin tamil telugu urdu bengali dutch turkish python java javascript c c++ c# go golang rust ruby php kotlin swift typescript scala perl r html sql bash lua haskell programming",
    ),
    ("programming", "language"),
    ("browser", "chrome firefox safari edge opera"),
    ("os", "windows linux macos android ios ubuntu"),
    ("city", "capital london paris rome berlin madrid tokyo mumbai delhi chicago boston sydney dubai york"),
    ("phone smartphone", "iphone android galaxy"),
    ("computer", "laptop desktop pc program"),
    ("car", "tesla toyota honda bmw audi ford hyundai"),
    ("disease", "alzheimer parkinson crohn celiac lyme"),
    ("virus", "hiv covid coronavirus ebola influenza zika"),
    ("infection", "covid coronavirus"),
    ("number", "pin ssn"),
    ("code", "pin zip otp qr"),
    ("country", "india usa china germany france japan canada australia brazil mexico spain italy"),
    ("planet", "mars venus jupiter saturn mercury earth neptune uranus"),
    ("river", "nile amazon danube thames ganges mississippi"),
    ("mount mountain", "everest fuji kilimanjaro"),
    ("dish", "recipe"),
    ("file", "pdf csv json docx jpeg png zip mp3"),
    ("framework", "django react angular vue spring laravel rails flask"),
    ("library", "react pandas numpy jquery"),
    ("command", "git bash linux terminal"),
    (
        "main major key primary principal basic important",
        "difference reason cause advantage disadvantage benefit feature purpose symptom",
    ),
    (
        "exact precise actual current",
        "distance location height length number population temperature date meaning definition",
    ),
    ("total overall", "number cost population amount area price"),
    ("average approximate", "distance"),
    ("account", "gmail facebook instagram twitter snapchat netflix spotify linkedin reddit paypal whatsapp"),
    ("app application", "whatsapp instagram snapchat uber tinder facebook"),
    ("website site", "quora facebook reddit amazon ebay wikipedia"),
    ("food", "eat"),
    ("language", "speak"),
    (
        "india",
        "mumbai delhi bangalore bengaluru chennai hyderabad kolkata pune karnataka kerala goa rajasthan gujarat maharashtra punjab tamilnadu jaipur",
    ),
    ("usa", "california texas florida chicago seattle boston"),
    ("england uk", "london manchester liverpool oxford cambridge"),
    ("france", "paris lyon marseille"),
    ("germany", "berlin munich hamburg frankfurt"),
    ("italy", "rome milan venice florence"),
    ("japan", "tokyo kyoto osaka"),
    ("chess", "stalemate checkmate"),
    ("visit see go explore", "place places beach spot attraction museum destination thing temple park"),
    ("read", "book novel article blog story"),
    ("watch", "movie film show series video anime documentary"),
    ("listen", "song music podcast album"),
    ("play", "game sport"),
    ("learn study prepare read", "book course resource tutorial material"),
    ("buy get", "phone laptop car headphone earphone smartphone tv camera tablet bike"),
    ("use", "tool software app technique method language technology algorithm"),
    ("wear", "clothes dress outfit"),
    ("fat", "belly tummy stomach"),
    ("good best great greatest nice excellent amazing", "example place tip fact advice"),
    ("address", "email ip"),
    ("usa american", "dollar"),
    ("degree", "celsius fahrenheit centigrade c f"),
    ("last", "duration"),
    ("uk british", "pound"),
    ("email", "gmail outlook inbox signature"),
    ("intake consumption", "sugar salt calorie caffeine protein water alcohol"),
    ("program", "beta loyalty referral"),
    ("song", "lyric"),
    ("fiction", "mystery"),
    (
        "state",
        "california texas florida carolina ohio virginia georgia york washington kerala maharashtra karnataka gujarat punjab",
    ),
    ("sim", "jio"),
    ("make", "ever"),
    ("money", "save earn spend invest"),
    ("follow", "strategy rule diet step"),
    ("author writer", "write"),
    ("scientist", "discover invent formulate propose develop"),
    ("artist painter", "paint draw sculpt"),
    ("composer", "compose write"),
    ("inventor", "invent"),
    ("explorer", "discover"),
    ("director", "direct"),
    ("actor", "play"),
    ("singer", "sing"),
    ("philosopher", "say write"),
    ("player", "ronaldo messi kohli federer nadal"),
];

/// What a thing is, said beside its name in code: `the useState hook`, `the abbreviation CPU`.
pub(super) const OF_CODE: &str = "function method hook command class module package library keyword statement operator \
    tag property attribute abbreviation acronym extension protocol framework tool component decorator macro word term \
    error flag option variable";

/// Forms of address and offices, said before the name of their holder.
pub(super) const TITLES: &str = "mr mrs dr prof professor sir lord president senator pm";

/// May stand before a surname.
pub(super) const FIRST_NAMES: &str = "donald barack hillary joe george albert isaac charles william leonardo vincent pablo ludwig \
    wolfgang johann marie nikola thomas stephen elon mark bill steve jeff narendra mahatma nelson martin abraham winston \
    napoleon julius vladimir angela emmanuel boris rishi justin taylor lionel cristiano roger serena usain virat sachin \
    michael alexander galileo nicolaus sigmund karl friedrich immanuel jane ernest agatha stanley alfred quentin \
    christopher ferdinand neil marco benjamin john james ronald richard jimmy j joseph adolf franz robert rabindranath \
    shah salman amitabh tim larry sergey satya sundar guido linus dennis alan ada grace";
