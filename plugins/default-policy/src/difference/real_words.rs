//! Words that are one slip away from another word, so that neither is a typo of the other. A list, never complete:
//! the rules in `spelling.rs` must be safe without it.

pub(super) const REAL_WORDS: &str = "\
    abject ablution absolution accept access acquire adapt adaption addition adept adopt adoption adverse affect \
    affluent allegation alliance allude allusion alteration altercation angel angina angle angular apart apartment \
    appliance appraise apprise areas arena assess assure audition australia austria averse bacteria barely barley \
    basement bathe battle bellow better boarder border bother bottle brake branch break breath breathe breathing \
    bribe bride brother brunch buffer bundle calvary cancer candle canker canvas canvass capital capitol career \
    carrier castle casual cattle causal cause cavalry censor censure certain certainly chicken clause client \
    clients cloth clothe coking collage college collision collusion colombia colonel columbia comma command \
    commend comment commit commute complaint complement compliant compliment composition comprehensible \
    comprehensive compression confidant confident conscience conscious conserve constitution construction contact \
    content contest context contract convent converse convert cookie cooking corporal corporeal costume council \
    counsel country county cradle crate create credible creditable crucial cursor cursory custom dairy decent \
    dedication deduction defuse delegation demand depart department depression descent desert desolation dessert \
    destitution destruction device devise devolution diary diffuse dilution diner dinner direct discreet discrete \
    distillation distinct district divert docker docket domain dominica dominican dyeing dying eclipse edition \
    effect effluence effluent ejection election elicit ellipse elude emerge emigrate emigration eminent encode \
    encore ensure entomology envelop envelope erection ethic ethnic etymology evolution except expand expend \
    expert export expression extend extent farther father feather fellow fever fewer fiend filler filter finger \
    floor flour flower fluent formal formally format former formerly found foundation friend gambia garden gender \
    genius genus georgia gorilla gravel guerrilla guinea guyana handle harden hardly haskell healing hearing \
    historic honey hoping hopping hospitable hospital human humane iceland illicit illusion imitation immerge \
    immigrate immigration imminent impart import impost impression incite india indiana induction infection \
    inflection influence ingenious ingenuous inhalation injection inquire insight inspection installation instance \
    instant instillation institution instruction insulation insure intense intents interment internment \
    introspection invasion inversion ireland irrigation irritation isolation kafka kernel kitchen korea kotlin \
    lambda large largely later latte latter leather lessen lesson letter lever liable libel ligation lightening \
    lightning limitation lines linger linux listen litigation litter liver loath loathe locker loose loosing loser \
    losing lower lumber lunar lunch major malta manager manger mango manner manor marchant marina marine marital \
    marked marker market marriage martial massage matrix mayor medal meddle mediation medication meditation \
    merchant mercury mercy message metal meter method methods metre migration minister minster mirage mission \
    modal model module money mongo monkey moose moral morale morning mother mourning mouse mousse naive nation \
    native neural neutral niger nigeria nodule notion nuclear number object obstruction ocean official officious \
    operation oppression oracle oration ordinance ordinary ordnance other pants paris parish parity parson party \
    pascal patent patient perfect perpetrate perpetuate persecute person personal personnel perspective physic \
    physical physics piratical pistil pistol plane planet planing planning plant plantation plants pocket poison \
    police policy polite pollution populace populous portion position potion practicable practical precede \
    precedent prefect preposition prescribe presence presents president principal principle prison proceed promote \
    prompt proof prophecy prophesy proposition proscribe prosecute prospective prostate prostitution prostrate \
    protein proton prove public publish pylon python quiet quilt quilts quite rabbi rabbit rational rationale \
    react reactor reality realty recent redact redis redisson reduction redux regime regimen reign relation \
    relative relegation render repression resent reserve resign resolution respectful respective restitution \
    revenge revenue reverse revolution river rocket rookie rooster rooter roster router sacred satellite scala \
    scalar scared scene scent schema scheme scream section seduction selection sender sensor sensual sensuous \
    server sever severe shade shape share sheep sheet shelf shell shift shirt short shortly signal silent silver \
    singe singeing singer singing single skill skull slice slide sliver slovakia slovenia slower slumber socket \
    solder soldier solid solution spring stable stack stake staple staring starring stationary stationery statue \
    status statute steak steam sting stock storage storey story straight strait stream strict strike string stroke \
    strong struct substitution suffer sugar suite super supper supposition suppression surge surgeon surplice \
    surplus sweat sweden swedish sweet swift table tablet taping tapping taught taunt temporal temporary tender \
    tenor tensor terrain terrine thicken thorough thread threat through tortuous torturous trace track trade trail \
    train trait transaction transition translation travel tread treat treaty trial tripe triple trooper trouper \
    turban turbine ulcer uncle unclear undue united unity untied urban urbane vacation vagina valley vector veneer \
    venerate veracity verse version versus victor vigil viral virgin virtual virtue vision vital vocation volley \
    voracity waist wander warden waste weary weather wheat whether while white whole wiener winner winter wonder \
    writer written yellow zambia";
