//! Whether a task's text names a payee.
//!
//! A word that many names and many tasks have (`hotel`, `payment`, `dentist`) names nobody. An
//! everyday word or a place names somebody only in a whole name that the task writes with
//! capitals, as `City Hub`, or says to buy from (`at target`). Any other word is distinctive: the
//! first of the name is enough (`book the Hilton` names Hilton London Paddington), a later one
//! where the task uses it as a name (`the retainer of Dr. Brandt`). So are initials (`aws`).

use super::Naming;
use super::lists::{COMMON, FROM, GENERIC, IN, LEGAL, PLACE, TITLE, TRADE, WORDS};
use super::words::{Fold, Text, Word};
use purser_domain::SpendRequest;

/// Shortest account that counts wherever it stands, in letters and digits. A shorter one may be
/// any word.
const MIN_ACCOUNT: usize = 6;
/// Words of a name that are compared; the others only count in the whole name.
const MAX_WORDS: usize = 12;

/// How a task names the payee of a request.
pub(super) fn naming(text: &Text, raw: &str, request: &SpendRequest) -> Naming {
    let payee = &request.payee;
    if payee.account.as_ref().is_some_and(|account| has_account(text, raw, account.as_str())) {
        return Naming::ByAccount;
    }
    let by_host = payee.host.as_ref().map(|host| by_host(text, raw, host.as_str()));
    if let Some(by_host @ (Naming::ByHost | Naming::ByClaim)) = by_host {
        // Beside an account, a host that the wallet did not connect to is only what the agent says.
        let seen = request.terms.is_some() || payee.account.is_none();
        return if seen { by_host } else { Naming::ByClaim };
    }
    // A name that hides characters is not the name that the human wrote.
    if !payee.name.has_hidden() && has_name(text, payee.name.raw()) {
        return Naming::ByClaim;
    }
    Naming::NotNamed
}

/// An account, however it is spaced. Capitals count except in IBANs and addresses of chains.
fn has_account(text: &Text, raw: &str, account: &str) -> bool {
    let address = account.rsplit(':').next().unwrap_or(account);
    let folded = Text::read(address, Fold::Exact);
    let letters = folded.squeezed(&folded.words);
    let digits = letters.iter().any(u8::is_ascii_digit);
    if letters.len() < MIN_ACCOUNT || !(digits || address.contains('@')) {
        return has_whole(text, &folded.words, &folded);
    }
    let evm = letters.starts_with(b"0x");
    let iban = letters.len() >= 15
        && letters.iter().take(2).all(u8::is_ascii_alphabetic)
        && letters.iter().skip(2).take(2).all(u8::is_ascii_digit);
    let spaced_as_typed = |run: &[Word]| {
        let start = run.first().map(|word| word.raw());
        start.and_then(|at| raw.get(at..)).is_some_and(|rest| rest.starts_with(address))
    };
    text.runs(letters).any(|run| {
        evm || iban
            || address.contains('@')
            || spaced_as_typed(run)
            || letters.iter().all(u8::is_ascii_digit)
    })
}

/// A host: its registrable domain in the text, or that domain's label as a word. The label is only
/// a claim where the text has another host of the same label.
fn by_host(text: &Text, raw: &str, host: &str) -> Naming {
    let either = |named: bool| if named { Naming::ByHost } else { Naming::NotNamed };
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    let numeric = bare.bytes().all(|b| b.is_ascii_digit() || b".:[]".contains(&b));
    let Some((domain, label)) = registrable(bare).filter(|_| !numeric) else {
        let same = |found: &str| [host, bare].iter().any(|name| found.eq_ignore_ascii_case(name));
        return either(domains(raw).any(|(_, found)| same(found)));
    };
    let same = |found: &str| {
        let found = found.to_ascii_lowercase();
        registrable(&found).is_some_and(|(found, _)| found == domain)
    };
    let hosts: Vec<(usize, &str)> = domains(raw).collect();
    if hosts.iter().any(|(_, found)| same(found)) {
        return Naming::ByHost;
    }
    let folded = Text::read(label, Fold::Exact);
    if !folded.words.iter().any(|word| is_distinctive(*word)) {
        return Naming::NotNamed;
    }
    // `github` inside `github.com` is that host, and not github.example.
    let inside_another = |run: &[Word]| {
        let at = run.first().map_or(0, |word| word.raw());
        let within = |(from, found): &(usize, &str)| at < from.saturating_add(found.len());
        let until = hosts.partition_point(|(from, _)| *from <= at);
        until.checked_sub(1).and_then(|last| hosts.get(last)).is_some_and(within)
    };
    let named = text.runs(folded.squeezed(&folded.words)).any(|run| !inside_another(run));
    let other = |found: &str| {
        let found = found.to_ascii_lowercase();
        registrable(&found).is_some_and(|(_, other)| other == label)
    };
    if named && hosts.iter().any(|(_, found)| other(found)) {
        return Naming::ByClaim;
    }
    either(named)
}

/// What looks like a host in a text, and where it begins.
fn domains(raw: &str) -> impl Iterator<Item = (usize, &str)> {
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '.' || c == '_';
    raw.match_indices('.')
        .scan(0usize, move |done, (dot, _)| {
            if dot < *done {
                return Some(None);
            }
            let before = raw.get(*done..dot)?;
            let start = before.char_indices().rev().take_while(|(_, c)| part(*c)).last();
            let start = start.map_or(dot, |(at, _)| done.saturating_add(at));
            let rest = raw.get(dot..)?;
            let end = rest.find(|c| !part(c)).map_or(raw.len(), |len| dot.saturating_add(len));
            *done = end;
            let found = raw.get(start..end)?.trim_matches(['.', '-']);
            Some(found.contains('.').then_some((start, found)))
        })
        .flatten()
}

/// Endings under which anybody may have a name, besides the top-level domains themselves.
const SHARED: [&str; 34] = [
    "github.io",
    "gitlab.io",
    "vercel.app",
    "netlify.app",
    "herokuapp.com",
    "workers.dev",
    "pages.dev",
    "web.app",
    "firebaseapp.com",
    "myshopify.com",
    "blogspot.com",
    "wordpress.com",
    "cloudfront.net",
    "azurewebsites.net",
    "azurestaticapps.net",
    "amazonaws.com",
    "fly.dev",
    "onrender.com",
    "ngrok.io",
    "ngrok.app",
    "ngrok-free.app",
    "repl.co",
    "replit.app",
    "glitch.me",
    "surge.sh",
    "wixsite.com",
    "weebly.com",
    "appspot.com",
    "run.app",
    "railway.app",
    "deno.dev",
    "gumroad.com",
    "substack.com",
    "trycloudflare.com",
];

/// The registrable domain of a host, and its first label. `None` for a host without a dot and for
/// a shared ending alone.
fn registrable(host: &str) -> Option<(&str, &str)> {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (top, second) = (dots.next()?, dots.next());
    let tail = |dot: Option<usize>| match dot {
        Some(dot) => host.get(dot.saturating_add(1)..),
        None => Some(host),
    };
    let (two, country) = (tail(second)?, host.get(top.saturating_add(1)..)?.len() == 2);
    let under = two.split('.').next()?;
    let by_country =
        matches!(under, "co" | "com" | "org" | "net" | "gov" | "ac" | "edu" | "or" | "ne" | "go");
    let domain = if SHARED.contains(&two) || (country && by_country) {
        second?;
        tail(dots.next())?
    } else {
        two
    };
    Some((domain, domain.split('.').next()?))
}

/// A name, whole or by its distinctive part.
fn has_name(text: &Text, name: &str) -> bool {
    let folded = Text::read(name, Fold::Exact);
    let core = without(LEGAL, &folded.words);
    let bare = without(LEGAL | GENERIC, core);
    has_whole(text, &folded.words, &folded)
        || has_whole(text, core, &folded)
        || (bare.len() > 1 && has_whole(text, bare, &folded))
        || has_part(text, core, &folded)
        || bought_from(text, bare, &folded)
        || has_initials(text, core, &folded)
}

/// The words of a name without those of a class at its ends, as long as one is left.
fn without(class: u32, words: &[Word]) -> &[Word] {
    let mut core = words;
    while let [first, rest @ ..] = core
        && WORDS.of(*first) & class != 0
        && !rest.is_empty()
    {
        core = rest;
    }
    while let [rest @ .., last] = core
        && WORDS.of(*last) & class != 0
        && !rest.is_empty()
    {
        core = rest;
    }
    core
}

/// All words of a name one after the other, however they are spaced.
fn has_whole(text: &Text, words: &[Word], name: &Text) -> bool {
    let squeezed = name.squeezed(words);
    // `pg&e` is nothing else.
    let short = words.len() > 1 && squeezed.len() > 2 && words.iter().all(|word| word.len() <= 2);
    let distinctive = short || words.iter().any(|word| is_distinctive(*word));
    let everyday = words.iter().filter(|word| says_something(**word)).count() > 1;
    let named = |run: &[Word]| {
        let capitals = run.iter().all(|word| word.capital || WORDS.of(*word) & LEGAL != 0);
        // `northdata` for North Data is no everyday word any more.
        let joined = words.len() > 1 && matches!(run, [one] if is_distinctive(*one));
        distinctive
            || capitals
            || joined
            || (everyday && run.first().is_some_and(|w| paid(text, *w)))
    };
    let sign = words.len() == 1 && words.iter().any(|word| word.glyph);
    if squeezed.is_empty() || sign || words.iter().all(|word| says_nothing(*word)) {
        return false;
    }
    if text.runs(squeezed).any(named) {
        return true;
    }
    // `McDonalds` for McDonald's.
    let possessive = words.last().is_some_and(|word| word.possessive);
    possessive && text.runs(&[squeezed, b"s"].concat()).any(named)
}

/// The first distinctive word of a name, or a later one that the text uses as a name.
fn has_part(text: &Text, words: &[Word], name: &Text) -> bool {
    // Latin letters beside others are a disguise more often than a name.
    // And one sign of a script without spaces is no word.
    if (name.foreign && name.latin) || words.iter().any(|word| word.glyph) {
        return false;
    }
    let words = words.get(..MAX_WORDS).unwrap_or(words);
    let mut telling = words.iter().filter(|word| is_distinctive(**word)).copied();
    let Some(first) = telling.next() else { return false };
    let alone = telling.clone().next().is_none();
    let proper = |at: usize| {
        let capital = text.words.get(at).is_some_and(|word| word.capital);
        capital || alone || !text.capitals
    };
    text.find_plain(name, first).any(proper)
        || telling.any(|later| text.find_plain(name, later).any(|at| is_named(text, at, name)))
}

/// Whether a text uses a later word of a name as one: "Mr Carter" is Emily Carter; "Anna Carter"
/// and "Micr0soft Azure" are others, and "in Oaxaca" is where.
fn is_named(text: &Text, at: usize, name: &Text) -> bool {
    let Some(word) = text.words.get(at) else { return false };
    let before = at.checked_sub(1).and_then(|at| text.words.get(at)).copied();
    let Some(before) = before else { return word.capital };
    let class = WORDS.of(before);
    if class & (TITLE | FROM | TRADE) != 0 {
        return true;
    }
    let before_it = text.letters_of(before);
    let together = name.words.iter().any(|part| name.letters_of(*part) == before_it);
    let another = is_distinctive(before) && before.capital;
    class & IN == 0 && ((word.capital && !another) || together)
}

/// A name of an everyday word that the text says to buy from: "at target", "with United". Of a
/// longer name the first word, written with a capital: "flights with TAP".
fn bought_from(text: &Text, words: &[Word], name: &Text) -> bool {
    let Some(first) = words.first().filter(|word| says_something(**word)) else { return false };
    let alone = words.len() == 1;
    let found = text.find(name.letters_of(*first)).filter_map(|at| text.words.get(at));
    found.copied().any(|word| paid(text, word) && (alone || word.capital))
}

/// Whether the text says before a word that it is who is paid or bought from.
fn paid(text: &Text, word: Word) -> bool {
    let until = text.words.partition_point(|other| other.raw() < word.raw());
    let before = until.checked_sub(1).and_then(|at| text.words.get(at));
    before.is_some_and(|word| WORDS.of(*word) & FROM != 0)
}

/// Three initials or more, which are no word: `aws` for Amazon Web Services.
fn has_initials(text: &Text, words: &[Word], name: &Text) -> bool {
    let words = words.get(..MAX_WORDS).unwrap_or(words);
    let initials = |least: usize| -> Vec<u8> {
        let long = words.iter().filter(|word| word.len() >= least);
        long.filter_map(|word| name.letters_of(*word).first().copied()).collect()
    };
    words.len() >= 3
        // With and without the small words between.
        && [initials(1), initials(4)].iter().any(|initials| {
            text.words.iter().any(|word| {
                let letters = text.letters_of(*word);
                letters.len() >= 3
                    && WORDS.of(*word) == 0
                    && initials.windows(letters.len()).any(|some| some == letters)
            })
        })
}

/// Whether an everyday word may be somebody's name, and is no place.
fn says_something(word: Word) -> bool {
    WORDS.of(word) & (PLACE | GENERIC | LEGAL) == 0 && !word.number && word.len() > 1
}

/// Whether a word alone can name somebody.
fn is_distinctive(word: Word) -> bool {
    let classes = WORDS.of(word);
    let number = word.number && word.len() < MIN_ACCOUNT;
    // `G7` and `3M` are names, `an` and `17` are not.
    let long = word.len() > 2 || (word.len() == 2 && word.digit);
    long && !number && classes & (GENERIC | COMMON | LEGAL) == 0
}

/// Whether a word says nothing of who somebody is.
fn says_nothing(word: Word) -> bool {
    let number = word.number && word.len() < MIN_ACCOUNT;
    number || WORDS.of(word) & (GENERIC | LEGAL) != 0
}
