//! The frames in which questions are put, as lists. Articles and fillers are gone before these are matched.

use super::Asks;

/// `are there any` is answered by whether there are, and by what they are.
const EXISTENCE: Asks = Asks(Asks::THING.0 | Asks::FACT.0);

/// Names of sets of words, for the patterns below.
pub(super) const SETS: &[(&str, &str)] = &[
    ("be", "is|are|was|were"),
    ("do", "do|does|did|can|could|should|would|will|shall|might|may|must"),
    ("who", "i|you|we|one|they|people|someone|somebody|anyone|anybody|he|she|user|users"),
    (
        "good",
        "best|good|great|better|right|proper|correct|recommended|preferred|ideal|different|possible|various|nice|common|usual|standard|typical|main|other|effective|efficient",
    ),
    (
        "way",
        "way|ways|method|methods|procedure|procedures|process|steps|step|approach|approaches|technique|techniques|tips|tip|instructions|means|guide|tutorial|trick|tricks|guidelines|directions|strategies|strategy|advice",
    ),
];

/// What a text opens with, what it thereby asks, and the words that stand for it. Of two that match, the first wins.
pub(super) const FRAMES: &[(&str, Asks, &str)] = &[
    // In which way.
    ("how {do} {who} go about", Asks::MANNER, ""),
    ("how to go about", Asks::MANNER, ""),
    ("how does one go about", Asks::MANNER, ""),
    ("how do i do to", Asks::MANNER, ""),
    ("how to", Asks::MANNER, ""),
    ("how i {do}", Asks::MANNER, ""),
    (
        "what|which {be}|would|could|might|will be? {good}? {way} for? {who}|me|us? {do}? {who}? to|of|for|in",
        Asks::MANNER,
        "",
    ),
    ("what|which {be}|would be? * {way} for? {who}|me|us? to|of|for", Asks::MANNER, ""),
    ("what {be} {way} involved|needed|required in|for|to", Asks::MANNER, ""),
    ("what {be} * process|procedure", Asks::MANNER, ""),
    ("what {be} {way} by|through|in which|that", Asks::MANNER, ""),
    ("what {way} {do} {who} take|follow|use|need to", Asks::MANNER, ""),
    ("what {do} {who} have|need? to? do in? order? to", Asks::MANNER, ""),
    ("what to do in? order? to", Asks::MANNER, ""),
    ("what {do} {who} need|have to do", Asks::THING, ""),
    ("is|are there any|some? {good}? {way} for? {who}|me|us? {do}? to|of|for|in", Asks::MANNER, ""),
    ("is|are there any|some? {good}? {way} {who} {do}", Asks::MANNER, ""),
    ("do you know|have any|some? {good}? {way} to|of|for|on", Asks::MANNER, ""),
    ("any {good}? {way} to|of|for|on", Asks::MANNER, ""),
    ("in what|which {way} {do} {who}", Asks::MANNER, ""),
    ("{good}? {way} to|of|for|on", Asks::MANNER, ""),
    ("step by step guide|instructions|tutorial|process? to|for|on|of", Asks::MANNER, ""),
    ("show|teach|tell|give me|us {good}? {way} to|of|for|on", Asks::MANNER, ""),
    ("show|teach|tell|give me|us how {do}|to {who}?", Asks::MANNER, ""),
    ("walk|guide|take me|us through {good}? {way}? of|to|for?", Asks::MANNER, ""),
    ("explain|describe to? me|us? how to", Asks::MANNER, ""),
    ("explain|describe to? me|us? {good}? {way} to|of|for", Asks::MANNER, ""),
    ("i|we need|want|require help|assistance with|to|in|on", Asks::MANNER, ""),
    ("need help with|to|in|on", Asks::MANNER, ""),
    ("help me|us with|to?", Asks::MANNER, ""),
    ("i|we want|need|wish|like|love|am|have trying|looking|hoping|struggling? to", Asks::MANNER, ""),
    ("i|we would|will like|love|need|want to", Asks::MANNER, ""),
    ("i|we am|are trying|looking|hoping|struggling|planning to", Asks::MANNER, ""),
    // Why.
    ("how come", Asks::REASON, ""),
    (
        "what|which {be}|could|might|would be? {good}|actual|real|scientific? cause|causes behind|for|of",
        Asks::REASON,
        "",
    ),
    (
        "what|which {be}|could|might|would be? {good}|actual|real|scientific? reason|reasons|explanation|explanations|rationale|logic behind|for|that|why|of?",
        Asks::REASON,
        "",
    ),
    ("what {be} * reason|reasons|cause|causes|explanation behind|for|that|why", Asks::REASON, ""),
    ("for what|which reason|reasons", Asks::REASON, ""),
    ("what causes|caused|cause", Asks::REASON, ""),
    ("what {be} causing", Asks::REASON, ""),
    ("what leads|led to", Asks::REASON, ""),
    ("what makes|made", Asks::REASON, ""),
    ("reason|reasons behind|for|why", Asks::REASON, ""),
    ("why is it that", Asks::REASON, ""),
    ("explain|describe|tell|know to? me|us? why", Asks::REASON, ""),
    // How much, in one measure or another.
    ("how far away|apart|off? {be}|{do} it?", Asks::DEGREE, "distance"),
    ("how soon", Asks::DEGREE, "duration"),
    ("how long {do} it? take|takes|took for|to?", Asks::DEGREE, "duration"),
    (
        "for? how long|much|many time|hours|days|weeks|minutes? {do} it? take|takes|took for|to",
        Asks::DEGREE,
        "duration",
    ),
    ("how much time {do}? it?", Asks::DEGREE, "duration"),
    (
        "what {be} {good}? time|duration|amount|length|period of? time? needed|required|taken|necessary to|for?",
        Asks::DEGREE,
        "duration",
    ),
    ("what {be} {good}? time|duration|amount|length|period of? time? it takes|took to|for?", Asks::DEGREE, "duration"),
    (
        "how many <kilometers|kilometres|km|miles|meters|metres> {be}? it? away? from|between|to",
        Asks::DEGREE,
        "distance",
    ),
    ("how many <kilometers|kilometres|km|miles|meters|metres> {be} it", Asks::DEGREE, "distance"),
    ("for? how long", Asks::DEGREE, "duration"),
    ("how tall|high", Asks::DEGREE, "height"),
    ("how old", Asks::DEGREE, "age"),
    ("at|by|from what age", Asks::DEGREE, "age"),
    ("how big|large", Asks::DEGREE, "size"),
    ("how heavy", Asks::DEGREE, "weight"),
    ("how deep", Asks::DEGREE, "depth"),
    ("how wide", Asks::DEGREE, "width"),
    ("how fast|quickly|quick", Asks::DEGREE, "speed"),
    ("how hot|cold|warm", Asks::DEGREE, "temperature"),
    ("how often|frequently|regularly", Asks::DEGREE, "frequency"),
    ("how many times", Asks::DEGREE, "frequency"),
    ("how expensive|costly|pricey", Asks::DEGREE, "cost"),
    ("how much money? {do} it? cost|costs to|for?", Asks::DEGREE, "cost"),
    ("how much {be}", Asks::DEGREE, "cost"),
    ("how much money? {do} {who} charge|pay|spend|bill|expect|have|need? to? pay|spend? for|on", Asks::DEGREE, "cost"),
    ("how much for", Asks::DEGREE, "cost"),
    ("what {do} it? cost|costs to|for?", Asks::DEGREE, "cost"),
    (
        "how many people|persons|inhabitants|residents live|lives|lived|are|were|living? there? in",
        Asks::DEGREE,
        "population in",
    ),
    // How many.
    ("what {be} total? number|count|quantity of", Asks::QUANTITY, ""),
    ("number of", Asks::QUANTITY, ""),
    ("what {be} {good}? amount|quantity of", Asks::DEGREE, ""),
    ("how many", Asks::QUANTITY, ""),
    ("how much", Asks::DEGREE, ""),
    // What.
    (
        "what {be} good|advisable|recommended|suitable to|for? <eat|drink|wear|take|bring|do|use|say|buy|give>",
        Asks::THING,
        "",
    ),
    ("what {be} abbreviation|acronym|initialism of|for", Asks::THING, ""),
    ("what {be} full form|expansion|meaning of", Asks::THING, ""),
    ("compare|contrast and? contrast?", Asks::THING, "difference"),
    ("recipe for|of", Asks::MANNER, ""),
    ("what {be} it|that? meant|implied by|with", Asks::THING, ""),
    ("what {do} {who} mean|understand by|with", Asks::THING, ""),
    (
        "what {be} {good}|basic|exact|real|general? concept|meaning|definition|idea|notion|explanation of|behind|for",
        Asks::THING,
        "",
    ),
    ("give|tell|provide|state me|us? {good}|basic? meaning|definition|explanation of|for", Asks::THING, ""),
    ("meaning|definition|explanation of|for", Asks::THING, ""),
    ("what {be} {good}|basic|exact|real|general? name of|for", Asks::THING, ""),
    ("how would|could|can you|one|we describe|define|explain", Asks::THING, ""),
    ("how {do} {who} define|describe", Asks::THING, ""),
    ("how {be} * defined", Asks::THING, ""),
    ("how do you feel about", Asks::THING, "opinion"),
    ("what {do} {who} think of|about", Asks::THING, "opinion"),
    (
        "what {be} your opinion|opinions|thought|thoughts|view|views|take|review|reviews on|of|about|regarding",
        Asks::THING,
        "opinion",
    ),
    ("what {do} {who} know|tell about|me? about?", Asks::THING, ""),
    ("do you know|recommend|suggest any|some", Asks::THING, ""),
    ("can|could you recommend|suggest|name|list me|us? any|some?", Asks::THING, ""),
    // Whether.
    ("are there any|some", EXISTENCE, ""),
    ("is|are there any|some?", Asks::FACT, ""),
    ("do you|they|we have|offer|provide|sell any|some?", Asks::FACT, ""),
    ("do you think|believe|feel that?", Asks::FACT, ""),
    ("is it true|correct|right|accurate or? not? that", Asks::FACT, ""),
    ("is it case|fact that", Asks::FACT, ""),
    (
        "is|was|would|will it be? possible|ok|okay|fine|alright|allowed|permitted|permissible|feasible|acceptable for|to|that|if? {who}|me|us? to|{do}?",
        Asks::ABILITY,
        "",
    ),
    ("am|are|is {who} able|allowed|permitted to", Asks::ABILITY, ""),
    ("will|would {who} be able|allowed|permitted to", Asks::ABILITY, ""),
    ("do|does|will you|they|it allow|let|permit|enable me|us|users|customers|people to?", Asks::ABILITY, ""),
    ("is it <safe> for|to {who}|me|us? to?", Asks::ABILITY, ""),
    ("is it advisable|recommended|wise|sensible|smart for|to {who}|me? to?", Asks::ADVICE, ""),
    ("is it {good} idea for|to {who}|me? to?", Asks::ADVICE, ""),
    ("would|do you|they recommend|advise|suggest that?", Asks::ADVICE, ""),
    ("ought {who} to", Asks::ADVICE, ""),
    ("do|does|did|will|would {who} have|need|got to", Asks::OBLIGATION, ""),
    (
        "is it necessary|mandatory|compulsory|required|obligatory|needed|essential for|to|that {who}|me? to?",
        Asks::OBLIGATION,
        "",
    ),
    ("am|are|is {who} required|obliged|supposed|obligated to", Asks::OBLIGATION, ""),
    ("must {who}", Asks::OBLIGATION, ""),
    // When, where, who.
    ("in|at|on|by? what|which time|date|year|day|month|century|decade", Asks::TIME, ""),
    ("what {be} <{good}>? date|time|year|day|month|birthday when|that|at|in|on|of|for|to|which which?", Asks::TIME, ""),
    ("how long ago", Asks::TIME, ""),
    ("in|at|on what|which place|places|location|country|city|state|town|continent|spot|part", Asks::PLACE, ""),
    ("what {be} {good}|exact? location|whereabouts of", Asks::PLACE, ""),
    ("where {do} {who} find|locate|see", Asks::PLACE, ""),
    (
        "which|what <president|king|queen|pope|emperor|pharaoh|tsar|chancellor|minister> came|was|were|ruled|reigned|served",
        Asks::PERSON,
        "",
    ),
    (
        "which|what <man|woman|author|writer|scientist|artist|actor|actress|singer|director|player|president|king|queen|philosopher|composer|painter|inventor|explorer>",
        Asks::PERSON,
        "",
    ),
    ("which|what person|people", Asks::PERSON, ""),
    ("what {be} name|names of person|people who|that?", Asks::PERSON, ""),
    ("what {be} name|names of <man|woman> who|that?", Asks::PERSON, ""),
    ("by whom", Asks::PERSON, ""),
];

/// What a text closes with, and what it thereby asks.
pub(super) const CLOSINGS: &[(&str, Asks)] = &[
    ("how to do? it|that|this|so?", Asks::MANNER),
    ("how {do} {who} do|fix|solve|achieve|accomplish it|that|this|so", Asks::MANNER),
    ("what {do} {who} do now?", Asks::MANNER),
    ("what to do now?", Asks::MANNER),
    ("what is it|that|this", Asks::THING),
    ("by whom|who", Asks::PERSON),
    ("what does it|that|this mean", Asks::THING),
];

/// What a text closes with that asks nothing else: `password reset instructions`.
pub(super) const KEYWORD_CLOSINGS: &[(&str, Asks)] =
    &[("recipe? {way}", Asks::MANNER), ("recipe", Asks::MANNER), ("meaning|definition|explained", Asks::THING)];

/// What follows an auxiliary and its subject, and makes it a question of what can be or has to be.
pub(super) const MODALS: &[(&str, Asks)] = &[
    ("allowed to", Asks::ABILITY),
    ("permitted to", Asks::ABILITY),
    ("able to", Asks::ABILITY),
    ("need to", Asks::OBLIGATION),
    ("have to", Asks::OBLIGATION),
];

pub(super) const QUESTION_WORDS: &[(&str, Asks)] = &[
    ("what", Asks::THING),
    ("which", Asks::THING),
    ("who", Asks::PERSON),
    ("whom", Asks::PERSON),
    ("whose", Asks::PERSON),
    ("when", Asks::TIME),
    ("where", Asks::PLACE),
    ("why", Asks::REASON),
    ("how", Asks::MANNER),
];

pub(super) const AUXILIARIES: &[(&str, Asks)] = &[
    ("is", Asks::FACT),
    ("are", Asks::FACT),
    ("was", Asks::FACT),
    ("were", Asks::FACT),
    ("am", Asks::FACT),
    ("do", Asks::FACT),
    ("does", Asks::FACT),
    ("did", Asks::FACT),
    ("has", Asks::FACT),
    ("have", Asks::FACT),
    ("had", Asks::FACT),
    ("can", Asks::ABILITY),
    ("could", Asks::ABILITY),
    ("may", Asks::ABILITY),
    ("should", Asks::ADVICE),
    ("shall", Asks::ADVICE),
    ("must", Asks::OBLIGATION),
    ("will", Asks::FORECAST),
    ("would", Asks::FORECAST),
];

/// After `how`, these ask for a degree: `how safe`, `how accurate`.
pub(super) const DEGREES: &str = "helpful accurate bad close common dangerous difficult early easy effective good hard important \
    late likely powerful rich safe short small soon strong true useful well young bright loud thick popular reliable \
    successful similar different secure healthy toxic deadly complicated serious big tight clean busy";

/// Requests that say no more than the question word after them, or than `what is`.
pub(super) const REQUESTS: &[&str] = &[
    "help me|us understand",
    "list|name|enumerate all|every|both",
    "tell me|us about?",
    "suggest|recommend me|us?",
    "explain to? me|us? about?",
    "describe to? me|us?",
    "define",
    "show me|us",
    "give me|us",
    "let me|us know about?",
    "teach me|us about?",
    "i|we need|want|would like? to? know|understand about?",
    "information|info|details|facts about|on|regarding",
];

/// Orders for a text, or for another form of one.
pub(super) const WORKS: &[&str] = &[
    "compose",
    "draft",
    "draw",
    "paraphrase",
    "proofread",
    "rewrite",
    "sing",
    "summarise",
    "summarize",
    "translate",
    "write",
];

/// Prepositions that may stand before a question word.
pub(super) const BEFORE_QUESTION: &[&str] = &["in", "at", "on"];

/// Whoever asks what these are asks how much. Base forms.
pub(super) const MEASURES: &str = "distance price cost length duration height weight age size speed temperature depth \
    width frequency altitude population pricing";

/// Whoever asks what these are asks when. Base forms.
pub(super) const DATES: &str = "date birthday deadline";

/// Words that say nothing beside what is asked.
pub(super) const IMPLIED: &[(Asks, &str)] = &[
    (
        Asks::MANNER,
        "way process procedure step method guide instruction technique approach tutorial work happen occur function",
    ),
    (Asks::REASON, "happen cause reason occur behind"),
    (Asks::PLACE, "locate situate find located place location position"),
    (Asks::TIME, "time date year take place happen"),
    (Asks::PERSON, "person people name current"),
    (Asks::DEGREE, "take need require cost amount pay"),
    (Asks::FACT, "offer provide exist available"),
];
