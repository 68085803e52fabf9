//! Orders in texts that should only describe a purchase: words to the wallet, the approver or a
//! model. Told by words near each other after disguises are folded away: hidden characters, case,
//! look-alike letters, digits for letters. A list of phrases finds what is said plainly; whoever
//! words it differently enough is not found. So it may raise a tier and never lowers one.

use super::words::{Fold, Lexicon, Text, Word};
use std::sync::LazyLock;

/// What kind of order it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// To ignore instructions or rules: "ignore previous instructions".
    Ignore,
    /// To override a limit or a check: "bypass the approval".
    Override,
    /// Not to ask, tell or check: "do not ask the owner".
    Silence,
    /// Says that it is approved, or asks to approve: "already approved by the owner".
    Approve,
    /// Speaks as the system or to the wallet: "SYSTEM:", "as the wallet you must".
    Address,
}

const IGNORE: u32 = 1;
const RULES: u32 = 1 << 1;
const BYPASS: u32 = 1 << 2;
const GUARD: u32 = 1 << 3;
const NOT: u32 = 1 << 4;
const ASK: u32 = 1 << 5;
const PERSON: u32 = 1 << 6;
const DONE: u32 = 1 << 7;
const APPROVED: u32 = 1 << 8;
const APPROVE: u32 = 1 << 9;
const INDIRECT: u32 = 1 << 10;
const ROLE: u32 = 1 << 11;
const MUST: u32 = 1 << 12;
const OBEY: u32 = 1 << 13;
const MARK: u32 = 1 << 14;
const SAFE: u32 = 1 << 15;
const SPEAKER: u32 = 1 << 16;
const NEEDED: u32 = 1 << 17;
const CONSENT: u32 = 1 << 18;
const MODE: u32 = 1 << 19;
const WIDEN: u32 = 1 << 20;
const OURS: u32 = 1 << 21;
const TELL: u32 = 1 << 22;
const NOW: u32 = 1 << 23;

static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(&[
        (
            IGNORE,
            "ignore disregard forget ignoriere ignorieren missachte vergiss ignorez oublie \
             oubliez ignora ignorar olvida dimentica esqueca negeer vergeet ignored disregarded",
        ),
        (
            RULES,
            "instruction instructions rule rules prompt prompts guideline guidelines directive \
             directives policy policies anweisung anweisungen regeln regel consignes regles \
             instrucciones reglas istruzioni regole instrucoes regras instructies regels \
             safeguards context",
        ),
        (
            BYPASS,
            "override bypass circumvent disable suspend overrule waive deactivate evade umgehe \
             umgehen uberschreibe contourne contournez desactive anula aggira contorne omzeil \
             skip uberspringe omite",
        ),
        (WIDEN, "raise increase remove lift exceed ignore extend delete turn"),
        (
            GUARD,
            "limit limits cap caps policy policies approval approvals confirmation verification \
             safeguard safeguards restriction restrictions freigabe genehmigung limite limites \
             aprobacion approvazione approbation aprovacao goedkeuring checks guardrail \
             guardrails review budget signals",
        ),
        (OURS, "spending daily wallet approval payment owner owners fraud security risk purser"),
        (NOT, "dont never without not no nicht ohne keine sans sin senza sem zonder niet nie"),
        (ASK, "ask asking frage fragen nachfragen demander demandez preguntar chiedere perguntar"),
        (
            TELL,
            "tell telling notify notifying alert alerting inform informing warn warning confirm \
             confirming prompt prompting consult involve bother question escalate show wait",
        ),
        (
            PERSON,
            "owner user human humans approver approvers him her them anyone anybody wallet \
             admin administrator compliance supervisor operator me besitzer eigentumer nutzer \
             benutzer proprietaire utilisateur usuario propietario proprietario utente gebruiker \
             eigenaar purser",
        ),
        (DONE, "already pre bereits schon deja ya gia ja al previously"),
        (
            APPROVED,
            "approved authorized authorised cleared vetted sanctioned preapproved preauthorized \
             preauthorised genehmigt freigegeben autorisiert approuve approuvee autorise aprobado \
             autorizado aprovado approvato autorizzato goedgekeurd whitelisted allowlisted",
        ),
        (
            APPROVE,
            "approve authorize authorise genehmige genehmigen approuver approuvez aprueba apruebe \
             aprobar approva approvate aprove aprovar goedkeuren autoapprove freigeben",
        ),
        (
            INDIRECT,
            "to can could may might will would not did who they i we you owner user if cannot \
             shall able dont doesnt must_ zu pour",
        ),
        (NOW, "please automatically auto immediately always just instantly silently simply bitte"),
        (
            ROLE,
            "wallet assistant model ai llm approver gpt chatgpt claude purser copilot chatbot bot \
             reviewer gateway gemini",
        ),
        (MUST, "must should shall required obliged instructed ordered commanded muss musst debes"),
        (
            OBEY,
            "approve allow accept ignore release comply obey follow treat authorize authorise \
             permit execute skip bypass sign mark",
        ),
        (MARK, "mark treat classify consider flag rate score regard label set"),
        (SAFE, "safe trusted approved legitimate verified whitelisted harmless benign authorized"),
        (
            SPEAKER,
            "system assistant developer instruction instructions important information inst \
            admin sys prompt secret tool wallet owner",
        ),
        (NEEDED, "needed required necessary notig erforderlich requis necesaria necessaria nodig"),
        (
            CONSENT,
            "approval confirmation permission consent approvals authorization authorisation \
             genehmigung freigabe bestatigung ruckfrage nachfrage approbation confirmation \
             aprobacion confirmacion approvazione conferma aprovacao goedkeuring bevestiging",
        ),
        (MODE, "developer admin administrator maintenance god debug root jailbreak sudo"),
    ])
});

/// Marks of templates that models are spoken to with.
const TEMPLATE: [&str; 6] = ["<|", "|>", "<<sys", "[/inst", "### instruction", "### system"];

/// The first order found in a text.
pub(super) fn find(raw: &str) -> Option<Order> {
    if raw.len() < 4 {
        return None;
    }
    let text = Text::read(raw, Fold::Plain);
    let mut seen = Seen { text: &text, raw, last: [usize::MAX; 32], classes: [0; 8] };
    let found = (0..text.words.len()).find_map(|at| seen.step(at));
    found.or_else(|| template(raw).then_some(Order::Address))
}

fn template(raw: &str) -> bool {
    let marks = raw.bytes().any(|b| matches!(b, b'<' | b'|' | b'[' | b'#'));
    marks && {
        let lower = raw.to_ascii_lowercase();
        TEMPLATE.iter().any(|mark| lower.contains(mark))
    }
}

/// What was read so far: where each class of words stood last.
struct Seen<'a> {
    text: &'a Text,
    raw: &'a str,
    last: [usize; 32],
    /// Classes of the last eight words, by position.
    classes: [u32; 8],
}

impl Seen<'_> {
    /// Reads the word at `at`.
    fn step(&mut self, at: usize) -> Option<Order> {
        let word = *self.text.words.get(at)?;
        let class = WORDS.of(word);
        if let Some(slot) = self.classes.get_mut(at & 7) {
            *slot = class;
        }
        if class == 0 {
            return None;
        }
        let found = self.judge(at, word, class);
        let mut bits = class;
        while bits != 0 {
            let bit = bits.trailing_zeros();
            if let Some(slot) = usize::try_from(bit).ok().and_then(|bit| self.last.get_mut(bit)) {
                *slot = at;
            }
            bits &= bits.wrapping_sub(1);
        }
        found
    }

    /// Whether a word of `class` stood at most `words` before `at`.
    fn near(&self, at: usize, class: u32, words: usize) -> bool {
        let bit = usize::try_from(class.trailing_zeros()).unwrap_or_default();
        self.last.get(bit).is_some_and(|last| at.saturating_sub(*last) <= words && *last < at)
    }

    /// The classes of the word `back` before `at`.
    fn back(&self, at: usize, back: usize) -> u32 {
        let Some(place) = at.checked_sub(back) else { return 0 };
        if back > 7 { 0 } else { self.classes.get(place & 7).copied().unwrap_or_default() }
    }

    fn is(&self, at: Option<usize>, words: &[&str]) -> bool {
        let word = at.and_then(|at| self.text.words.get(at)).copied();
        word.is_some_and(|word| {
            let letters = self.text.letters_of(word);
            words.iter().any(|known| known.as_bytes() == letters)
        })
    }

    fn judge(&self, at: usize, word: Word, class: u32) -> Option<Order> {
        let negated = |class: u32| {
            let bit = usize::try_from(class.trailing_zeros()).unwrap_or_default();
            self.last.get(bit).is_some_and(|last| {
                let before = last.checked_sub(1);
                self.is(before, &["not", "never", "without", "cannot", "dont", "doesnt", "wont"])
            })
        };
        if class & RULES != 0 && self.near(at, IGNORE, 5) && !negated(IGNORE) {
            return Some(Order::Ignore);
        }
        if class & GUARD != 0 && self.overrides(at) && !negated(BYPASS) && !negated(WIDEN) {
            return Some(Order::Override);
        }
        if self.silences(at, class) {
            return Some(Order::Silence);
        }
        if self.approves(at, class) {
            return Some(Order::Approve);
        }
        self.addresses(at, word, class).then_some(Order::Address)
    }

    /// "override the limit"; "raise the daily limit", but not the limit of an API; "bypass the
    /// review", while a hotel's review is one to skip.
    fn overrides(&self, at: usize) -> bool {
        let ours = self.near(at, OURS, 2);
        let bit = usize::try_from(BYPASS.trailing_zeros()).unwrap_or_default();
        let skip = self.is(self.last.get(bit).copied(), &["skip"])
            && self.is(at.checked_sub(1), &["hotel", "the"])
            && self.is(Some(at), &["review"]);
        (self.near(at, BYPASS, 4) && !skip) || (self.near(at, WIDEN, 5) && ours)
    }

    /// "do not ask"; "without telling the owner"; "no approval needed".
    fn silences(&self, at: usize, class: u32) -> bool {
        let not = |back: usize| {
            let past = ["did", "does", "could", "can", "was", "is", "has", "have", "would"];
            self.back(at, back) & NOT != 0
                && !self.is(at.checked_sub(back.saturating_add(1)), &past)
        };
        let need = self.is(at.checked_sub(1), &["to"])
            && self.is(at.checked_sub(2), &["need", "necessary", "reason"])
            && self.near(at, NOT, 3);
        if class & ASK != 0 && (not(1) || need) {
            let thing = self.is(at.checked_add(1), &["for", "a", "price"]);
            return !thing
                || self.is(at.checked_add(2), &["permission", "approval", "confirmation"]);
        }
        if class & PERSON != 0 && self.near(at, TELL, 3) && !self.is(at.checked_sub(1), &["by"]) {
            let tell = (1..=3).find(|back| self.back(at, *back) & TELL != 0).unwrap_or(1);
            let place = at.checked_sub(tell);
            let before = |back: usize| place.and_then(|place| place.checked_sub(back));
            let past = ["did", "does", "could", "can", "was", "is", "has", "would"];
            let not = ["dont", "never", "without", "not"];
            let needless = self.is(before(1), &["to"]) && self.is(before(3), &["no", "not"]);
            return (self.is(before(1), &not) && !self.is(before(2), &past)) || needless;
        }
        if class & NEEDED != 0 && self.near(at, CONSENT, 3) {
            let consent = (1..=3).find(|back| self.back(at, *back) & CONSENT != 0).unwrap_or(1);
            return (1..=3).any(|more| self.back(at, consent.saturating_add(more)) & NOT != 0)
                || (1..=consent).any(|back| self.back(at, back) & NOT != 0);
        }
        // "without further approval", "sans confirmation".
        let without = ["without", "sans", "ohne", "sin", "senza", "sem", "zonder"];
        class & CONSENT != 0 && (1..=3).any(|back| self.is(at.checked_sub(back), &without))
    }

    /// "already approved"; "approved by the owner"; "approve this".
    fn approves(&self, at: usize, class: u32) -> bool {
        if class & APPROVED != 0 {
            let done = self.back(at, 1) & DONE != 0 || self.back(at, 2) & DONE != 0;
            let marked = self.near(at, MARK, 4) && self.is(at.checked_sub(1), &["as", "it"]);
            let alone = self.is(Some(at), &["preapproved", "preauthorized", "preauthorised"]);
            return done || marked || alone;
        }
        if class & PERSON != 0 && self.near(at, APPROVED, 4) {
            let by = ["by", "von", "vom", "par", "por", "dal", "door"];
            return (1..=3).any(|back| self.is(at.checked_sub(back), &by));
        }
        if class & SAFE != 0 && self.near(at, MARK, 4) {
            return self.is(at.checked_sub(1), &["as", "be", "is", "low"]);
        }
        if class & NOW != 0 && self.back(at, 1) & APPROVE != 0 {
            return true;
        }
        if class & APPROVE != 0 {
            return self.back(at, 1) & INDIRECT == 0 || self.back(at, 1) & NOW != 0;
        }
        false
    }

    /// "SYSTEM:"; "<important>"; "you are the wallet"; "as the wallet you must".
    fn addresses(&self, at: usize, word: Word, class: u32) -> bool {
        if class & SPEAKER != 0 && self.speaks(word) {
            return true;
        }
        let one = |back: usize| at.checked_sub(back);
        if class & ROLE != 0 {
            let article = self.is(one(1), &["the", "an", "a", "this", "my"]);
            let lead = if article { 2 } else { 1 };
            let you_are = self.is(one(lead), &["are"])
                && self.is(one(lead.saturating_add(1)), &["you"])
                || self.is(one(lead), &["now"]) && self.is(one(lead.saturating_add(1)), &["are"]);
            let dear = self.is(one(lead), &["dear", "attention", "hey", "hello", "hi"]);
            let note = self.is(one(lead), &["to", "for"])
                && self.is(
                    one(lead.saturating_add(1)),
                    &["note", "message", "instruction", "instructions"],
                );
            let obeys = |ahead: usize| {
                self.is(at.checked_add(ahead), &["must", "should", "shall", "please", "you"])
            };
            let acting = self.is(one(lead), &["as"]) && article && obeys(1);
            return you_are
                || dear
                || note
                || acting
                || (self.is(Some(at), &["wallet", "approver", "purser"]) && obeys(1));
        }
        if class & OBEY != 0 && self.near(at, MUST, 3) {
            let must = (1..=3).find(|back| self.back(at, *back) & MUST != 0).unwrap_or(1);
            return self.is(one(must.saturating_add(1)), &["you", "wallet", "are"]);
        }
        if class & RULES != 0 {
            let fresh = ["new", "updated", "these", "following", "important", "hidden"];
            let verb = ["follow", "obey", "execute", "heed", "are"];
            return self.is(one(1), &["new", "updated", "important"])
                && self.is(Some(at), &["instructions", "instruction", "directive", "directives"])
                || self.is(one(1), &fresh) && self.is(one(2), &verb)
                || self.is(one(1), &["the"]) && self.is(one(2), &["reveal"])
                || self.is(one(1), &["system"]) && self.is(Some(at), &["prompt"]);
        }
        self.is(Some(at), &["jailbreak"])
            || class & MODE != 0 && self.is(at.checked_add(1), &["mode", "override"])
    }

    /// Whether a word stands as the head of a message: `SYSTEM:`, `<system>`, `[INST]`.
    fn speaks(&self, word: Word) -> bool {
        let before = self.raw.get(..word.raw()).unwrap_or_default();
        let rest = self.raw.get(word.raw()..).unwrap_or_default();
        let letter = |c: char| c.is_alphanumeric() || u32::from(c) > 0x7F || c == '_';
        let written = rest.find(|c| !letter(c)).unwrap_or(rest.len());
        let (written, after) = rest.split_at_checked(written).unwrap_or((rest, ""));
        let framed = before.trim_end_matches('/').ends_with(['<', '[', '{', '*', '#'])
            && after.trim_start_matches(['!', ':', '*']).starts_with(['>', ']', '}', '*', ':'])
            || before.trim_end_matches('/').ends_with(['<', '[']) && after.starts_with([' ', '>']);
        let colon = after.starts_with(':') && !after.starts_with("://");
        let capitals = written.len() > 2 && !written.chars().any(char::is_lowercase);
        let heads = before.trim_end_matches([' ', '\t', '*', '#', '-']);
        let heads = heads.is_empty() || heads.ends_with(['\n', '\r', '.', '!', '?', '>', ']']);
        let plain = ["assistant", "developer", "instruction", "instructions", "wallet"];
        let lower = written.to_lowercase();
        // "System: Dell XPS" is a computer.
        let speaker = plain.contains(&lower.as_str()) || written == "system" || capitals;
        framed || (colon && speaker && (heads || capitals))
    }
}
