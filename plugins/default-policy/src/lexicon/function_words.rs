//! Words that carry no content of their own, by what they do in a sentence.

/// Taken out before anything is compared: no answer depends on them.
pub(super) const FILLERS: &str = "a an the particular briefly really actually exactly basically very quite also just literally \
    honestly truly please kindly ever etc oh";

/// Modifiers with so little content that questions are put with and without them. They still have opposites.
pub(super) const SOFT: &str = "available various different certain easily properly correctly often frequently usually \
    generally typically normally commonly still yet already now currently nowadays way ways tip tips considered \
    considering possible possibly own effectively successfully specifically personally become especially simply";

/// Words of praise: exchanged freely, but an answer to `the best` is none to all of them.
pub(super) const PRAISE: &str = "good best great greatest excellent nice nicest cool coolest ideal recommended suitable top finest \
    favourite favorite";

/// Verbs and nouns with so little content that one of two questions may have them, where the other has nothing.
pub(super) const LIGHT: &str = "get give take make come go use choose happen occur describe define consider say know \
    feel do try exist exact actual particular overall existing known given around soon estimated contain include";

/// With a capital another word than without: a language, a country, a product.
pub(super) const HOMOGRAPHS: &str = "polish turkey china chile march may august basic swift rust java python go ruby perl \
    scratch word excel access outlook windows window office teams team slack notion zoom discord shell gap orange apple \
    amazon meta oracle mercury nice reading bath mobile cork job jordan georgia cuba panama guinea \
    stripe square box dart julia scheme elm flask spring express react angular ember docker chef puppet salt signal telegram \
    messenger safari edge chrome opera firefox brave bing mint sage wave confluence jira trello asana hive spark kafka \
    storm flink beam hug will bill mark frank grace hope faith joy rose lily jasmine daisy lent easter mass pole dane finn swede \
    galaxy pixel surface switch swallow tinder bumble hinge uber lift monopoly risk sorry operation \
    steam origin epic unity unreal blender maya canvas figma sketch illustrator premiere fireworks flash dove tide";

/// Nobody in particular: left out and exchanged, but who does what to whom still counts.
pub(super) const ANYBODY: &str = "someone somebody anyone anybody people person everyone everybody folks guys";

/// Auxiliaries, connectives and verbs so light that questions drop and exchange them.
pub(super) const FUNCTION: &str = "am is are was were be been being do does did doing done have has had having \
    can could may might will would shall should must ought that this these those which what who whom whose \
    where why how whether because but so such though although it its itself themselves \
    ourselves like thing things 's let one ones there here then while well \
    want wants wanted going able despite something anything stuff";

/// Who is spoken of, and the words for it: by the place in this list, see `guards/people.rs`.
pub(super) const PEOPLE: &[&str] = &[
    "i we mine ours",
    "you yours u",
    "he",
    "she",
    "they",
    "him",
    "her hers",
    "them",
    "his",
    "their theirs",
    "my",
    "your ur",
    "me us",
    "our",
    "myself yourself himself herself oneself",
];

/// Words that make the two things beside them exchangeable.
pub(super) const JOINING: &str = "and or between versus vs together either plus";

pub(super) const NEGATORS: &str = "not no never without neither nor none nobody nothing nowhere except excluding hardly \
    barely unless besides";

/// Words that say how what follows them belongs to the rest. The first row says so loosely; words of two other rows
/// exclude each other.
pub(super) const DIRECTIONS: &[&str] = &[
    "for of in on at with via through during as per using within among across behind",
    "to into onto toward towards",
    "from",
    "than",
    "before",
    "after",
    "by",
    "over above",
    "under below",
    "against",
    "until till",
    "since",
    "about regarding concerning",
    "if when",
];

/// How much of what follows is meant. Each differs from each other. `~` may be left out, `?` only where a list is asked
/// for.
pub(super) const QUANTIFIERS: &[&str] = &[
    "~any",
    "?some",
    "?all every each",
    "only solely alone merely exclusively",
    "most",
    "few",
    "several multiple",
    "~many",
    "both",
    "half",
    "too",
    "other others another else",
];
