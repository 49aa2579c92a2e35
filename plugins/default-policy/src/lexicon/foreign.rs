//! Words by which a text in Latin letters shows that it is not English.

/// Frequent words of other languages in Latin letters that are not English ones.
pub(super) const FOREIGN: &str = "der das und ist nicht wie ein eine einen ich auf mit für sich den dem des von zu wo wann warum \
    wer bei nach auch oder kann wird sind le la les une est dans pour pas qui que quel quelle comment pourquoi où avec \
    sur au aux du et je il elle nous vous sont peut el los las una del por para cómo qué cuál dónde cuándo quién es son \
    está con más su como lo che di è della sono come cosa perché quando dove chi quanto um uma não os da dos das em com \
    você qual onde het een niet wat hoe waarom waar wanneer zijn wordt kan och att det är inte som hur varför på en av \
    nie jest się jak czy gdzie ki ve bir bu ne nasıl için mi yang dan apa adalah bagaimana kya hai mein se";
