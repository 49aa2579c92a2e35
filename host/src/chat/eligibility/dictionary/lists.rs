//! The words of each class.

use super::Class;

pub(super) const LISTS: &[(Class, &str)] = &[
    (
        Class::Function,
        "a an the and or but nor so yet if then than as of in on at to from for with without by about into onto over \
         under up down out off away back between among through during before after since until while because \
         i me my mine myself you your yours yourself we us our ours he him his she her hers it its they them their \
         theirs this that these those one ones such some any all both each every no not none never nothing \
         am is are was were be been being do does did done doing have has had having can could may might will would \
         shall should must ought let's who whom whose what which when where why how whether there here \
         don't doesn't didn't isn't aren't wasn't weren't can't cannot couldn't won't wouldn't shouldn't hasn't haven't \
         hadn't i'm i've i'll i'd you've you'll you'd it'll that'll he'll she'll they'll they've we've we'll dont doesnt \
         doesn isnt cant too also just only even still again once more most much many few less least other another same \
         please ok okay yes yeah hi hello hey thanks thank sorry well really actually exactly very quite now",
    ),
    (
        Class::Light,
        "mean means meant work works working worked happen happens happened matter say says said saying tell told \
         explain explained describe make makes made making get gets got getting go goes going went put use used using \
         uses try tried trying keep kept know knew known think thought want wanted need needed like look looks see saw \
         find found give gave given take took show come came comes cause causes caused start started stop stopped \
         begin end finish finished fix fixed change changed changes do does call called calls help helps \
         last lasts live lives born die died dead marry married old tall long far big much good bad right wrong true \
         false correct possible necessary important safe better best worse worst different difference shorter longer \
         simpler easier easy hard clear expensive cheap popular famous famous fast slow free detail details depth \
         simple terms words english way sense step steps instead else example examples simply briefly quickly again \
         later together compare add remove delete update install pronounce spell spelled write written read run test \
         implement useful relevant needed supposed able sure ready exist exists contain contains differ improve apply \
         solve prove implemented prevent avoid happening breaks broken break failing fail fails failed",
    ),
    (
        Class::Order,
        "fix refactor debug run explain summarize summarise rewrite rephrase reword translate improve optimize optimise \
         review edit proofread shorten update change modify rename delete remove test document format reformat convert \
         analyze analyse check correct simplify paraphrase expand finish complete continue implement clean describe \
         repeat redo undo revert commit push merge deploy add replace extend comment annotate lint validate verify \
         interpret evaluate critique grade rate apply write make show give tell do try compare use put move send save \
         print say lengthen elaborate clarify compress condense polish port build execute answer solve tidy split find identify spot",
    ),
    (
        Class::Artefact,
        "function code file files script class method bug bugs error errors query article text passage paragraph \
         paragraphs sentence sentences essay document docs doc email mail message messages image picture photo video \
         page website webpage link url pdf chapter story poem problem question questions answer answers response reply \
         equation snippet program tests test component module repo repository codebase project config configuration log \
         logs stacktrace trace exception output outputs result results data dataset chart diagram graph screenshot \
         paper report letter conversation chat discussion thread issue ticket pr diff change changes commit variable \
         line lines block section part one ones step option word words phrase command design plan idea approach \
         solution implementation version draft translation summary table list numbers items paragraph content input \
         statement loop regex schema endpoint template prompt transcript abstract excerpt quote review resume cv song \
         lyrics riddle puzzle spreadsheet formula task tasks feature attachment note notes blog post tweet comment \
         comments warning failure crash package branch migration layout button form ad title headline slide slides color colour font background margin padding indentation spacing",
    ),
    (
        Class::Month,
        "january february march april may june july august september october november december jan feb apr jun jul aug \
         sep sept oct nov dec spring summer autumn winter christmas easter",
    ),
    (
        Class::Climate,
        "climate average averages typical typically usually normally generally annual yearly affect affects affected \
         affecting effect effects influence influences impact impacts cause causes caused predict predicts predicted \
         predicting prediction forecasting determine determines determined calculate calculated define definition \
         meaning mean means mars venus jupiter saturn mercury history change difference between fixed floating pegged",
    ),
    (
        Class::WeatherThing,
        "balloon balloons station stations radar radars app apps api apis vane vanes channel pattern patterns system \
         systems map maps satellite satellites underground front fronts forecasting model models modification proof \
         stripping instrument instruments widget data conditions phenomena phenomenon lore symbols events insurance \
         resistant resistance warfare control girl man presenter",
    ),
    (
        Class::Currency,
        "usd eur gbp jpy inr cad aud nzd chf cny rmb hkd sgd sek nok dkk pln czk huf try rub brl mxn zar krw thb idr \
         myr php vnd aed sar pkr bdt lkr egp ngn kes ils ars cop clp dollar dollars buck bucks euro euros pound pounds \
         sterling quid yen rupee rupees yuan renminbi franc francs krona kronor krone kroner zloty zlotys ruble rubles \
         rouble roubles real reais peso pesos rand won baht rupiah ringgit dong dirham dirhams riyal riyals lira liras \
         shekel shekels naira taka bitcoin bitcoins btc ethereum ether eth dogecoin doge litecoin ltc solana sol xrp \
         usdt $ € £ ¥ ₹",
    ),
    (
        Class::Commodity,
        "bitcoin btc ethereum ether eth dogecoin doge litecoin ltc solana xrp ripple cardano crypto cryptocurrency gold \
         silver platinum palladium copper crude oil brent petrol gasoline diesel",
    ),
    (
        Class::Office,
        "president presidents pm premier ceo cfo cto coo cio chairman chairwoman chairperson king queen emperor \
         empress monarch pope mayor governor chancellor minister speaker senator coach manager captain ambassador \
         leader owner secretary archbishop dalai taoiseach sultan emir principal dean director commissioner attorney \
         surgeon justice head champion champions richest wealthiest boss",
    ),
    (
        Class::Ranked,
        "first second third fourth fifth sixth seventh eighth ninth tenth best worst greatest youngest oldest tallest \
         shortest most least ever favorite favourite only longest-serving legendary ancient original founding average \
         former famous fictional ideal perfect good great real true typical",
    ),
    (
        Class::Developer,
        "directory folder branch user username thread process url uri page row rows record records line file files \
         window element elements index working selection cursor scope context object instance module package namespace \
         shell session position frame iteration screen tab route path request commit commits buffer location timestamp \
         entry entries tag tags image message messages value values state node item branch row column cell block epoch \
         partition offset snapshot checkpoint migration stylesheet slide selection viewport activity fragment view \
         controller locale culture timezone executable script function method class frame account assets asset \
         liabilities liability ratio job employer password affairs flow circuit",
    ),
    (
        Class::Flow,
        "alternating direct electric electrical eddy ocean rip inrush leakage ac dc water sea tidal gulf warm cold \
         induced constant peak rated displacement conventional flows flowing through across circuit circuits wire \
         voltage resistance amperes amps ampere magnetic coil transformer source sources divider density limiting \
         limiter rating mirror sensor sensing loop draw drawn transistor diode resistor battery conductor inductor \
         capacitor motor undertow swim",
    ),
    (
        Class::Programming,
        "python javascript java typescript js ts rust go golang php ruby sql mysql postgres postgresql sqlite oracle \
         mongodb bash zsh shell linux unix excel sheets kotlin swift perl powershell django flask rails react angular \
         vue node node.js nodejs dart flutter code function script program programming cron crontab pandas numpy html \
         css c# c++ android terminal regex git matlab scala r vba query dataframe datetime moment elixir lua haskell",
    ),
    (
        Class::Match,
        "game match matches cricket football soccer nba nfl mlb nhl ipl baseball basketball hockey tennis rugby \
         fixture derby innings league series kickoff playoff playoffs bundesliga premiership",
    ),
    (
        Class::Contest,
        "game match election elections race primary debate bowl cup championship championships league series playoffs \
         finals final oscar oscars grammy grammys emmy prix wimbledon eurovision ballon tournament title bachelor \
         survivor idol draft referendum medal gold",
    ),
    (
        Class::Realm,
        "jungle hill pop rock rap beasts beast fruits fruit rings hell gods heaven horror comedy birds flowers hearts \
         soul crime mystery spades diamonds clubs blues jazz animals forest thrones underworld olympus chess \
         dragons monsters bollywood hollywood rock'n'roll",
    ),
];
