//! Words that carry no content of their own, by what they do in a sentence.

/// Taken out before anything is compared: no answer depends on them.
pub(super) const FILLERS: &str = "a an the really actually exactly basically simply very quite also just literally \
    honestly truly there here then too well some please kindly ever etc oh";

/// Modifiers with so little content that questions are put with and without them. They still have opposites.
pub(super) const SOFT: &str = "good best great excellent nice cool ideal recommended suitable available various \
    different certain easily properly correctly often frequently usually generally typically normally commonly still \
    yet already now currently way ways tip tips considered considering possible possibly become";

/// Nobody in particular: left out and exchanged, but who does what to whom still counts.
pub(super) const ANYBODY: &str = "someone somebody anyone anybody people person everyone everybody";

/// Auxiliaries, connectives and verbs so light that questions drop and exchange them.
pub(super) const FUNCTION: &str = "am is are was were be been being do does did doing done have has had having \
    can could may might will would shall should must ought that this these those which what who whom whose \
    when where why how if whether because but so such though although it its itself myself yourself themselves \
    himself herself ourselves oneself about like thing things else same 's let one ones another \
    other others want wants wanted going";

/// Who is spoken of, and the words for it; possessives of the first and second person apart.
pub(super) const PEOPLE: &[&str] = &[
    "i me mine we us ours",
    "you yours u",
    "he him his",
    "she her hers",
    "they them their theirs",
    "my our",
    "your ur",
];

/// Words that make the two things beside them exchangeable.
pub(super) const JOINING: &str = "and or between versus vs together either plus compare compared";

pub(super) const NEGATORS: &str =
    "not no never without neither nor none nobody nothing nowhere except excluding hardly barely unless";

/// Words that say how what follows them belongs to the rest. The first row says so loosely; words of two other rows
/// exclude each other.
pub(super) const DIRECTIONS: &[&str] = &[
    "for of in on at with via through during as per behind",
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
];

/// How much of what follows is meant. Each differs from each other, and from none at all where `~` is missing.
pub(super) const QUANTIFIERS: &[&str] =
    &["~any", "~all every each", "only solely alone", "most", "few", "several", "~many", "both", "half"];
