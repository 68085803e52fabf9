//! The words that checks against the task know. Plain letters: accents don't count in a lexicon.

use super::numbers::NUMBERS;
use super::words::Lexicon;
use std::sync::LazyLock;

/// Says that something is to be paid, bought or ordered.
pub(super) const PAYS: u32 = 1;
/// Says nothing of who is paid: part of many names and of many tasks.
pub(super) const GENERIC: u32 = 1 << 1;
/// An everyday word or a place: names somebody only together with others.
pub(super) const COMMON: u32 = 1 << 2;
/// A legal form, or an article before a name: no part of what people call somebody.
pub(super) const LEGAL: u32 = 1 << 3;
/// An amount follows that is not exact.
pub(super) const ABOUT: u32 = 1 << 4;
/// A highest amount follows, even without a currency.
pub(super) const AT_MOST: u32 = 1 << 5;
/// A lowest amount follows: it bounds nothing.
pub(super) const AT_LEAST: u32 = 1 << 6;
/// The amount is for one unit, or more comes on top of it.
pub(super) const OPEN: u32 = 1 << 7;
/// May follow a number that counts nothing: what stands there is an amount.
pub(super) const NO_UNIT: u32 = 1 << 8;
/// Asks for work that needs no payment.
pub(super) const ASKS: u32 = 1 << 9;
/// Begins a question.
pub(super) const QUESTION: u32 = 1 << 14;
/// Stands before who is paid or bought from.
pub(super) const FROM: u32 = 1 << 10;
/// Stands before a place.
pub(super) const IN: u32 = 1 << 11;
/// Stands before a person's name.
pub(super) const TITLE: u32 = 1 << 12;
/// A place that many names have.
pub(super) const PLACE: u32 = 1 << 13;
/// What somebody does for a living, before their name or in it.
pub(super) const TRADE: u32 = 1 << 15;
/// A number, or the article before one.
pub(super) const NUMBER: u32 = 1 << 23;
/// Words of each kind of risky spending, as [`RISKY`] names them.
pub(super) const GIFT_CARDS: u32 = 1 << 16;
/// Digital currency.
pub(super) const CRYPTO: u32 = 1 << 17;
/// Games of chance.
pub(super) const GAMBLING: u32 = 1 << 18;
/// Sending money on.
pub(super) const TRANSFER: u32 = 1 << 19;
/// Cash.
pub(super) const CASH: u32 = 1 << 20;
/// What only adults may buy.
pub(super) const ADULT: u32 = 1 << 21;
/// Arms.
pub(super) const WEAPONS: u32 = 1 << 22;

/// Categories that are worth a word when the task does not speak of them, by how they begin.
pub(super) const RISKY: [(&str, u32); 20] = [
    ("gift_card", GIFT_CARDS),
    ("giftcard", GIFT_CARDS),
    ("prepaid", GIFT_CARDS),
    ("voucher", GIFT_CARDS),
    ("stored_value", GIFT_CARDS),
    ("crypto", CRYPTO),
    ("digital_currency", CRYPTO),
    ("gambling", GAMBLING),
    ("betting", GAMBLING),
    ("casino", GAMBLING),
    ("lottery", GAMBLING),
    ("money_transfer", TRANSFER),
    ("wire_transfer", TRANSFER),
    ("money_order", TRANSFER),
    ("remittance", TRANSFER),
    ("quasi_cash", CASH),
    ("cash", CASH),
    ("adult", ADULT),
    ("tobacco", ADULT),
    ("weapons", WEAPONS),
];

const PAYING: &str = "pay pays paying paid payment payments payable repay repays repaying repaid \
    prepay buy buys buying bought purchase purchases purchasing purchased order orders ordering \
    ordered reorder book books booking booked bookings rebook reserve reserves reserving reserved \
    reservation reservations subscribe subscribes subscribing subscribed subscription \
    subscriptions renew renews renewing renewed renewal send sends sending sent transfer transfers \
    transferring transferred transaction transactions wire refund refunds refunding refunded \
    reimburse reimburses reimbursing reimbursement donate donates donating donated donation \
    donations top topup tip tips tipping settle settles settling settled invoice invoices bill \
    bills rent rents renting rented rental rentals hire hires hiring hired ticket tickets checkout \
    fund funds funding deposit deposits spend spends spending spent budget upgrade upgrades \
    upgrading register registers registering registration cost costs price prices priced pricing \
    fee fees fare fares due dues debt owe owes owed charge charges charged recharge money cash \
    expense expenses lease leasing licence licences license licenses membership replenish restock \
    stock shop shopping groceries acquire get grab procure contribute contribution sponsor pledge \
    chip bid bids enroll enrol signup provision split cover remit remittance credit credits \
    allowance salary wage wages payroll commission installment instalment mortgage premium tax \
    taxes fine fines toll voucher vouchers quote \
    zahle zahlen zahlt bezahle bezahlen bezahlt begleiche begleichen kaufe kaufen kauf einkaufen \
    bestelle bestellen bestellung buche buchen buchung reserviere reservieren reservierung \
    uberweise uberweisen uberweisung rechnung rechnungen miete mieten abo abonniere abonnieren \
    bestell zahl zahlung uberweis buch kauf reservier beitrag gebuhren gutschein gutscheine hol \
    verlangere verlangern spende spenden erstatte erstatten kosten kostet preis gebuhr ticket \
    fahrkarte geld betrag schicke sende \
    payer paye payez paie paiement acheter achete achetez achat achats commander commande \
    commandez reserver reserve reservez facture factures loyer louer loue abonner abonnement \
    renouveler virer virement envoyer envoie envoyez rembourser rembourse billet billets prix \
    argent regler regle donner don \
    pagar paga pague pago comprar compra compre pedir pide pedido reservar reserva reserve factura \
    facturas alquilar alquiler renovar suscribir suscripcion transferir transfiere transferencia \
    reservalo compralo compramelo pagalo pidelo cuota recibo recibos \
    enviar envia dinero precio boleto donar recargar \
    pagare pagamento comprare acquista acquistare ordina ordinare prenota prenotare prenotazione \
    fattura fatture bolletta affitto noleggia rinnova abbonamento bonifico invia inviare biglietto \
    prezzo soldi dona \
    pague pagamento compre encomendar reservar fatura boleto aluguel aluguer assinar assinatura \
    transfira envie enviar dinheiro bilhete preco doar alugue alugar louez \
    betaal betalen betaling koop kopen bestel bestellen boek boeken reserveer reserveren factuur \
    rekening huur huren abonnement verleng overmaken overboeking stuur geld kaartje prijs doneer";

const GENERICS: &str = "a an and any are as at be been by can could do does for from get give go \
    had has have he her here him his how i if in into is it its let may me might more most must my \
    need needs new no not now of off on one only or our out over own per please re she should so \
    some than that the their them then there they this to too two up us use using via want was we \
    were what when where which who will with would you your yours am ok yes also just all about \
    find make take check look search see read open add help tell ask keep put try first next last \
    account accounts accounting agency agent agents airline airlines app apps apartment \
    apartments associates association auction bakery bank banking bar beauty bike boat bookstore \
    boutique broker bus business cab cafe car card cards care center centre charity cinema clinic \
    cleaning cloud club coffee college company computer consulting consultancy course courses \
    credit customer customers data dealer deliver delivery dental department design digital diner \
    direct doctor domain domains download drink education electric electricity electronics email \
    energy engineering enterprise enterprises entertainment events exchange express family fashion \
    festival finance financial fitness flight flights florist food foods foundation friend friends \
    fuel furniture gallery game games garage garden gas gift gifts global government grill grocery \
    group guest gym hair health help helpdesk holding holdings home hospital hostel hosting hotel \
    hotels house hospitality inn institute insurance international internet inc invest investment \
    investments item items job jobs kitchen landlord laundry law legal library limo loan loans \
    local logistics lounge luxury mail management manager market marketing marketplace markets \
    media medical merchant mobile motel motor motors movie museum music national network networks \
    news office offices official online owner packaging parking partner partners partnership \
    party pension person pet pharmacy phone photo pizza pizzeria plan plumber police post power \
    prime pro processing product products professional promo property provider public publishing \
    purser radio rail railway real estate recipient refund region research resort resorts \
    restaurant restaurants retail retailer ride sale sales salon savings school schools secure \
    security seller server service services shipping shoe shoes shops shuttle site sites social \
    society software solution solutions spa sport sports station store stores storage streaming \
    studio studios suite suites supermarket supplier suppliers supplies supply support system \
    systems taxi taxis team tech technologies technology telecom theater theatre tour tours toys \
    trade trading train trains training transport travel travels trip trust university user users \
    utilities utility vacation vendor venue video villa vpn wallet warehouse water web website \
    wholesale wifi wine work works workshop api apis token tokens endpoint request requests test \
    hotelier unterkunft bahnhof apotheke laden geschaft markt konto kunde firma verein dienst \
    magasin boutique banque compte client societe restaurant gare marche hopital ecole \
    tienda banco cuenta cliente mercado farmacia escuela servicio servicios negozio banca conto \
    mercato servizi loja conta servicos winkel bank rekening klant dienst diensten \
    mr mrs ms dr sir madam mister herr frau monsieur madame senor senora signor signora mevrouw \
    admin administrator approver approval billing bot assistant ai model human adjustment \
    recovery verification emergency urgent immediate final notice reminder important action \
    amount balance total sum report reports file files document documents message messages \
    channel article articles task tasks list table summary question questions answer link url note \
    notes calendar meeting meetings letter letters contract form forms dataset feed song album \
    book phone laptop gadget parcel package backup subscription certificate licence seat seats \
    breakfast lunch dinner clothes present appointment lesson lessons \
    forecast headphones toner key keys number code reference note details detail address name \
    date day days \
    week weekly month monthly year yearly annual night nights hour hours minute minutes today \
    tomorrow yesterday tonight morning evening afternoon monday tuesday wednesday thursday friday \
    saturday sunday january february march april june july august september october november \
    december euro euros dollar dollars usd eur gbp usdc pound pounds";

const COMMONS: &str = "able access active adult advance air alpha american angel animal apple \
    area arena art arts asian auto avenue baby back bay beach bean bear bed bell best beta better \
    big bird bistro black blossom blue board body bold book bottle box boy brand bread breeze brew \
    brick bridge bright british brown bubble build building burger butter byte cake camp canal \
    capital castle cat central century chain chair change channel cheap cheaper cheapest chef \
    chicken child china chinese chocolate choice church circle city class classic clean clear \
    click clock close clothes coast cold color comfort comfortable common community connect \
    connection content cook cool copper core corner cottage country county court craft cream \
    creative crown crystal cup curry dance daily dark dawn deal deals deep deluxe desert dessert \
    dish dog double down downtown dragon dream dress dry eagle early earth east eastern easy eat \
    eco economy edge eight elite emerald empire engine english epic equipment ever everyday \
    evergreen excellent extra eye fair fairy farm fast fine fire fish five flat fleet floor flow \
    flower flowers foot force foreign forest fort forward four free freedom french fresh frog \
    front \
    fruit full fun future gate gateway general german girl glass goal gold golden good grand great \
    green grey ground grove growth guide half hall hand happy harbor harbour hat haven head heart \
    heights high highway hill hills history hive holiday honest hope horizon horse hot hub human \
    hundred hut ice icon idea image impact imperial independent indian indoor information inner \
    innovation insight inside instant iron island italian jade japanese jet jewel journey joy jump \
    junction key kid kids kind king kings knight lab label labs lady lake lamp land lane language \
    large laser late launch leaf league learn left lemon level liberty life light lime line link \
    lion list little live living lobby location lodge logic long loop love low lucky lunar lunch \
    machine made magic main major man manor map maple marble marine mark mass master match matrix \
    max meal meat medium meet mega memory menu metal metro middle mile milk mill mind mini mint \
    mirror mission modern moon morning mother motion mountain mouse movement nature near neighbor \
    nest neutral nice noble noodle north northern nova oak oasis object ocean old olive open \
    orange orbit organic original outdoor outlet oxford pack page palace palm panda paper paradise \
    park parks part pass path peak pearl pen people perfect personal phoenix picture pier pilot \
    pine pink pioneer place places planet plant plate platform play plaza plus pocket point polar \
    pool popular port portal prestige pretty priority private project pulse pure purple quality \
    quarter queen quick quiet rain rainbow rapid rated rating rare ready red regal reliable rest \
    review reviews rice rich right ring rise river riverside road robot rock room rooms root rose \
    round route royal ruby run rush safe sand sapphire savage school sea seafood seaside season \
    second select senior seven shadow shade share sharp shell shore short show side sign signal \
    silk silver simple single six sky sleep small smart smile smooth snack snow soft solar solid \
    song soul sound source south southern space spanish spark special spice spicy spirit split \
    spot spring square standard star stars start state station stay steak steel step stone story \
    straight stream street strong student style sugar summer summit sun sunny sunset super sure \
    sushi sweet swift table tall tap target taste tea teacher ten terra terrace thai thing three \
    tiger time titan tokyo tool tools torch touch tower town track trail transit travelers \
    treasure tree true turbo turn twin ultimate ultra union unique united universal upper urban \
    vacation valley value vegan velvet vibe view views village vintage vip vision vista vital \
    voice \
    walk wall warm watch wave way weather wedding week well west western wheel white whole wide \
    wild wind window wing winter wise wolf woman women wonder wood wooden word world yellow young \
    zen zone zero";

/// What somebody does, as names begin or end with it: a name's other words say who.
const TRADES: &str = "plumber plumbers plumbing heating roofing roofers carpentry joinery \
    electrical cleaners gardening landscaping removals catering caterers bakers butchers butcher \
    florists kennels kennel nursery creche daycare dentist dentists dental practice surgery vet \
    vets veterinary opticians optician physio physiotherapy therapy therapist hairdresser \
    hairdressers barber barbers tailor tailors accountants accountant solicitors solicitor \
    lawyers lawyer attorney attorneys architects architect notary printers printing print bindery \
    haulage freight forwarding couriers courier towing tyres tires mechanics mechanic garages \
    glazing painters builders building contractors contractor surveyors lettings estates leasing \
    landlords rentals brewers tailoring upholstery locksmith locksmiths electrician carpenter \
    joiner roofer gardener cleaner nanny babysitter tutor caretaker gutter gutters locum praxis \
    zahnarztpraxis arztpraxis tierarztpraxis tierklinik tierarzt zahnarzt kita kindergarten \
    hausverwaltung stadtwerke versicherung druckerei schreinerei tischlerei metzgerei fleischerei \
    backerei konditorei brauerei gartnerei spedition stahlhandel holzhandel autohaus werkstatt \
    reinigung gebaudereinigung malerbetrieb dachdecker elektro sanitar heizung heizungsbau \
    steuerberater steuerberatung kanzlei rechtsanwalt rechtsanwalte notar buchhandlung buchhandel \
    maler malermeister elektriker installateur schreiner tischler gartner hausmeister putzfrau \
    friseur salon physiotherapie fahrschule reiseburo gasthaus gasthof pension hofladen imkerei \
    cabinet kinesitherapie kine dentiste dentaire medecin veterinaire boulangerie boucherie \
    patisserie plomberie plombier menuiserie garage imprimerie librairie coiffure coiffeur \
    notaire avocat avocats comptable syndic creperie auberge gite chambres traiteur fleuriste \
    electricite \
    talleres taller clinica dentista fontaneria fontanero panaderia carniceria peluqueria \
    imprenta libreria gestoria asesoria notaria ferreteria academia autoescuela patronato \
    ayuntamiento hostal casa comunidad \
    ambulatorio veterinario torrefazione idraulica idraulico assistenza studio officina panificio \
    pasticceria macelleria tipografia parrucchiere dentistico avvocato commercialista trattoria \
    osteria agriturismo comune condominio insegne \
    tandarts tandartspraktijk huisarts dierenarts kapsalon kapper fietsenmaker kaashandel \
    bakkerij slagerij drukkerij loodgieter installatiebedrijf accountantskantoor boekhandel \
    kinderopvang rijschool schildersbedrijf hoveniersbedrijf gemeente vereniging stichting \
    advocatenkantoor notariskantoor tolkbureau busverhuur";

const ASKING: &str = "summarise summarize summary translate translation explain compare \
    comparison analyse analyze research investigate describe list show tell calculate sort rename \
    proofread rewrite draft reply answer respond remind debug refactor \
    fasse zusammenfassen zusammenfassung ubersetze ubersetzen erklare vergleiche vergleichen \
    zeige zeig liste sortiere schreibe schreib antworte erinnere korrigiere \
    resume resumer traduis traduire explique montre dis ecris reponds rappelle corrige \
    resumen traduce explica compara muestra dime escribe responde recuerda \
    riassumi traduci spiega confronta mostra dimmi scrivi rispondi ricorda \
    samenvatten vertaal vergelijk toon schrijf beantwoord";

const QUESTIONS: &str = "what whats which who whom whose when where why how is are does did has \
    have \
    wer wen wem wann wo warum wieso welche welcher welches wieviel ist sind hat \
    quoi quel quelle quels quelles qui quand pourquoi comment combien \
    que cual cuales quien cuando donde cuanto cuanta cuantos cuantas hay \
    cosa quale quali chi quando dove perche quanto quanta quanti quante \
    wat welke wanneer waar waarom hoe hoeveel";

const PLACES: &str = "africa america amsterdam asia athens atlanta austin australia austria \
    bangkok barcelona \
    beijing belgium berlin bern boston brazil britain brooklyn brussels budapest california canada \
    chicago cologne copenhagen dallas delhi denmark denver dubai dublin edinburgh england eu \
    europe \
    european finland florence florida france frankfurt geneva germany greece hamburg helsinki \
    hong hungary iceland india ireland istanbul italy japan kong korea lisbon london los angeles \
    lyon madrid manchester manhattan melbourne mexico miami milan montreal moscow munich naples \
    netherlands norway nyc oslo paris poland porto portugal prague rome san francisco scotland \
    seattle seoul shanghai singapore spain stockholm sweden switzerland sydney tel aviv texas \
    tokyo toronto turkey uk usa vancouver vegas venice vienna warsaw washington york zurich \
    munchen wien zurich koln roma milano lisboa bruxelles geneve";

const LEGALS: &str = "the gmbh ag kg ohg ug mbh ev inc incorporated ltd limited llc llp lp plc co \
    corp corporation company sa sarl sas srl spa sl slu bv nv ab as asa aps oy oyj kk pty pte sro \
    zoo doo eood kft lda cv se sca le la el il der die das les los";

/// The lexicon of task texts and names.
pub(super) static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let numbers = NUMBERS.map(|(_, words)| (NUMBER, words));
    let classes = [
        (PAYS, PAYING),
        (GENERIC, GENERICS),
        (GENERIC, PAYING),
        (COMMON, COMMONS),
        (COMMON | PLACE, PLACES),
        (GENERIC | TRADE, TRADES),
        (LEGAL, LEGALS),
        (ASKS, ASKING),
        (QUESTION, QUESTIONS),
        (
            FROM,
            "from at with via by pay paying owe tip bei beim von vom zahle bezahle chez avec paie \
             payez bij betaal dal dalla dallo presso desde paga through using",
        ),
        (IN, "in near around nach aus um dans naar nel nella inside outside hacia vers cerca"),
        (
            TITLE,
            "mr mrs ms miss dr prof sir madam herr frau herrn monsieur madame mme mlle senor \
             senora sra signor signora mevrouw meneer mevr dhr doctor professor",
        ),
        (
            ABOUT,
            "about around approximately approx circa ca roughly nearly maybe perhaps say almost \
             etwa ungefahr rund vielleicht environ unos unas cerca aproximadamente ongeveer",
        ),
        (
            AT_MOST,
            "under below max maximum most than within cap ceiling limit budget unter maximal \
             hochstens bis moins hasta menos fino meno ate onder hooguit unterhalb",
        ),
        (AT_LEAST, "least over above minimum min from starting exceeding ab mindestens desde"),
        (
            OPEN,
            "per each apiece nightly hourly plus excl excluding before ex pro je par por zzgl hors \
             every piece pp",
        ),
        (
            NO_UNIT,
            "for per a each in on and total or at from please to with including incl max maximum \
             altogether overall if of by the it but i is so as this that then when per tops",
        ),
        (
            GIFT_CARDS,
            "gift gifts giftcard giftcards voucher vouchers card cards prepaid coupon coupons \
             present gutschein gutscheine cadeau regalo credit credits topup steam",
        ),
        (
            CRYPTO,
            "crypto cryptocurrency bitcoin btc ethereum eth ether token tokens coin coins usdc \
             usdt stablecoin stablecoins solana sol onchain blockchain nft nfts wallet defi swap \
             monero xmr gas kryptowahrung litecoin doge",
        ),
        (
            GAMBLING,
            "gamble gambling bet bets betting casino lottery lotto poker wager slots raffle stake \
             odds sportsbook bingo",
        ),
        (
            TRANSFER,
            "send sends sending sent transfer transfers transferring transferred wire wires remit \
             remittance pay pays paying paid payment repay repaying reimburse refund money friend \
             iban family uberweise uberweisen uberweisung schicke sende virement virer envoyer \
             envoie transferir transferencia enviar envia bonifico invia inviare transfira envie \
             overmaken overboeking stuur rent owe owes owed salary split donate donation",
        ),
        (
            CASH,
            "cash atm withdraw withdrawal withdrawals exchange currency bargeld traveller traveler \
             especes efectivo contanti contant",
        ),
        (
            ADULT,
            "adult dating escort porn erotic tobacco cigarette cigarettes cigar cigars vape \
             lingerie smoke",
        ),
        (WEAPONS, "weapon weapons gun guns ammunition ammo knife knives firearm firearms rifle"),
    ];
    Lexicon::new(&[&classes[..], &numbers[..]].concat())
});
