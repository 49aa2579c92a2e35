//! Words that are one slip away from another word, so that neither is a typo of the other. A list, never complete:
//! the rules in `difference/spelling.rs` must be safe without it.

pub(super) const REAL_WORDS: &str = "\
    abject ablution absolution academia accept access acquire adapt adapting adaption adaptive addiction addition \
    adept adopt adopting adoption adoptive adverse affect affluence affluent alexander alexandra alexandria \
    allegation alliance allude allusion alter alteration altercation americans americas angel angels angina angle \
    angles angular animation anime apart apartment appliance appoint appointment appraise apprise areas arena \
    argentina argentine assemble assembly assess associate association assure astro audition australia austria \
    averse bacteria bared barely barking barley baron barred barron basement bathe battle beast beats believers \
    believes bellow better blending blinding boarder boost boots border bother bottle brain brake braking branch \
    break breath breathe breathing brian bribe bride broke brooke brother brunch buffer bundle businessman \
    businessmen calvary cameron cameroon campaign cancer candle canker cannon canon canvas canvass capital capitol \
    career caress carlo carol carolina caroline carrier carter carved carving castle casual cattle causal cause \
    cavalry censor censure certain certainly champaign chicken childish childlike choose chose christian christie \
    christina christine classic classical clause cleaning cleansing clenched cleric clerical client clients clinched \
    clinic clinical cloth clothe coast coats coking collaboration collage college collision collusion colombia \
    colombian colonel columbia columbian comet comic comical comma command commanded commandos commands commend \
    commended comment commit commitment commune communion commute competed competence competes competing competition \
    compiled complaint complement complementary completed completes completing compliant complied compliment \
    complimentary composite composition comprehensible comprehensive compression computed concession concussion \
    condition conditional confidant confident confirmation conformation conscience conscious consecutive \
    conservation conservative conserve consolation console constitution construction contact contacted contacts \
    contain containment content contest context continent contingent continual continuous contract contracted \
    contracts contribution convection convent conversation converse conversion convert conviction cookie cooking \
    cooper cooperation corporal corporate corporation corporeal corps corroboration costume council counsel countess \
    counties countless countries country county cradle crashing crate crater craved craving create credible \
    creditable cristina critic critical crops crucial crushing cursor cursory custom dairy debating debuting \
    deceased decent decreased dedication deduction deflation defuse delegation demand denis denise dennis depart \
    departed department dependant deported depression deprivation derivation descent desert design designation \
    desolation dessert destitution destruction detention detergent deterrent device devise devolution diary diffuse \
    dilution diner dinner direct discreet discrete discretion discus discuss distillation distinct distract district \
    diverse divert docker docket document documentation domain domed dominica dominican doomed drafting dragon \
    dragoon drifting dripping dropping dyeing dying earth earthly eclipse economic economical edition effect \
    effluence effluent ejection election elector electric electrical electro elevation elicit ellipse elude emerge \
    emergence emergency emigrant emigrate emigration eminence eminent encode encore engage engagement ensure \
    entomology envelop envelope erection ethic ethnic etymology evaluation evolution except exception exceptional \
    exertion exist exits expand expanse expansion expansive expectation expend expensive expert explorers explores \
    export express expression expressly extend extent extraction extradition fabric fabrication faltered farming \
    farther father feather fellow fever fewer field fiend filed files filing filled filler filling filter filtered \
    finely finger finish finnish firearm firearms fired fires flashing flies floor flour flower fluent flushing \
    forearm forearms forest formal formally format former formerly found foundation fraction fragment fragmentation \
    framing francesca francesco francisco friction fried friend friendly fries function functional gambia garde \
    garden gender genius genus georgia georgian georgina ghost ghostly gilded glided gorilla grade graduate \
    graduation graphic graphical gravel great greta groove grove guerrilla guinea guyana handle harden hardly \
    haskell healing hearing hearst hearts heaven heavenly heritage hermitage historic historical honey hoped hoping \
    hopped hopping hospitable hospital human humane iceland illicit illusion imaginary imaginative imitation immerge \
    immigrant immigrate immigration imminence imminent impart import impost impression incite inclination incline \
    india indiana indicated indicted inducted induction industrial industrious infection infinite infinity inflation \
    inflection influence ingenious ingenuous inhalation injection inquire insight inspection inspiration \
    installation instance instant instillation instruction instrument \
    instrumentation insulation insure intense intents interment intern internment introspection invasion inverse \
    inversion ireland irrigation irritation isolation judge judgment julia julian kafka kernel kitchen korea kotlin \
    lambda landfall landfill large largely later latte latter leather lessen lesson letter lever liable libel \
    ligation lightening lighting lightning limitation lines linger linux liquid liquidation listen liter litigation \
    litter liver loath loathe locker loose loosing loser losing losses lower lucia lucian lumber lunar lunch lyric \
    lyrical macro magdalena magdalene magic magical magna major malta manager manga manger mango manifest \
    manifestation manner manor manufacturers manufactures marchant marco maria marian marina marine marino marion \
    marital marked marker market marriage marshal martial martian martina massage mastered mater matrix matter \
    mattered mayor mechanic mechanical medal meddle media median mediation medication medina meditation merchant \
    mercury mercy message metal meter method methods metre microscope microscopy middleton middletown migration \
    minister minster minute minutely mirage mission modal model modulation module money mongo monkey moose moral \
    morale morality morning mortality mother motivation motive mourning mouse mousse music musical mustered muttered \
    naive nation native neural neutral niger nigeria nobel noble nodule norte notion notre nuclear number object \
    observers observes obstruction ocean official officious operation opposite opposition oppression optic optical \
    option optional oracle oration order orderly ordinance ordinary ordnance organizers organizes orient orientation \
    other overhead overheard overseas oversees oxidation oxide painting pairs pants paris parish parity parson party \
    pascal patent patient patterson peeking peking perfect perpetrate perpetuate persecute persecution person \
    personal personnel perspective perspiration peterson petite petition physic physical physics piratical pistil \
    pistol place placement plane planet planing planning plant plantation plants pocket pointing poison police \
    policy polite pollution populace populous portion porto poses position posse potion practicable practical \
    precede precedent prefect premises preposition prescribe prescription presence present presentation presently \
    presents president prince princely princes princess principal principle prison probation probe proceed producers \
    produces programmers programmes promises promote promoters promotes promotion promotional prompt promptly proof \
    prophecy prophesy proposition proscribe proscription prosecute prosecution prospective prostate prostitution \
    prostrate protein proto proton prove provence providers provides province provision provisional public \
    publication publish publishers publishes purpose purposely pylon python quiet quilt quilts quite rabbi rabbit \
    raged ragged rational rationale react reactor reality realty receivers receives recent redact redis redisson \
    reduction redux refuge refugee regime regimen reign reigning relation relative relegation remainder reminder \
    render reparation repetition repression reputation researchers researches resent reserve residence residency \
    resign resigning resolution respectable respectful respective respiration restitution retention revelation \
    revenge revenue reverse revolution river rocket rogue rookie rooster rooter roster rouge router sacred salon \
    saloon satellite satin scala scalar scarce scarcely scared scarlet scarred scene scent schema scheme scraped \
    scrapped scream section seduction selection sender sensation sense sensible sensitive sensor sensual sensuous \
    server settle settlement sever severe shade shape share sheep sheet shelf shell shift shipping shirt shooting \
    shopping short shortly shouting signal signing signs silent silver simulate simulated simulation singe singeing \
    singer singing single sings skill skull slapping slice slide slipping sliver slovakia slovenia slower slumber \
    smoothing socket solder soldier solid solution soothing spanning spelling spilling spinning spitting splitting \
    spotting spring stable stack stain stake staple stared staring starred starring starting startling state \
    statement station stationary stationery statue status statute steak steam steaming stepping sterling stimulate \
    stimulated stimulation sting stirling stirring stock stopping storage storey story straight strait stranger \
    strapped stream streaming strict strike striking string striped stripped stroke stroking strong stronger struct \
    substitution suffer sugar suite super supper suppliers supplies supposition suppression surge surgeon surplice \
    surplus suspense suspension sweat sweden swedish sweet swift table tablet tactic tactical taped taping tapped \
    tapping taught taunt temporal temporary tender tenor tense tension tensor terrain terrible terrific terrine \
    thanking there thicken thinking thorne thorough thread threat three throne through thrusting tilted titled tones \
    tonnes topic topical tortuous torturous trace track trade trail trails train trait transaction transition \
    translation travel tread treasure treasury treat treaties treatise treaty trial trials tried tripe triple \
    trooper trouper trusting turban turbine ulcer uncle unclear undue united unity untied urban urbane vacation \
    vaccination vagina valid validation valley variance variants vector veneer venerate veracity verse version \
    versus veteran veterinary victor victoria victorian vigil villagers villages viral virgin virtual virtue vision \
    visit visitation vital vocation volley voracity waist waits wander wandered wandering warden waste weary weather \
    wheat whether while white whole wiener winner winter withdrew wonder wondered wondering writer written yellow \
    zambia";
