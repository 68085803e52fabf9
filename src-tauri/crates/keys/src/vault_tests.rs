#![allow(clippy::disallowed_methods, reason = "tests damage files on purpose")]

use super::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// A keystore in memory.
#[derive(Default)]
struct Memory(RefCell<BTreeMap<String, Vec<u8>>>);

impl DeviceStore for Memory {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeysError> {
        Ok(self.0.borrow().get(name).cloned().map(Zeroizing::new))
    }
    fn set(&self, name: &str, secret: &[u8]) -> Result<(), KeysError> {
        self.0.borrow_mut().insert(name.to_owned(), secret.to_vec());
        Ok(())
    }
    fn delete(&self, name: &str) -> Result<(), KeysError> {
        self.0.borrow_mut().remove(name);
        Ok(())
    }
}

const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

fn options() -> SealOptions {
    let created_at = Timestamp::from_millis(1_700_000_000_000);
    SealOptions { kdf: KdfParams::CHEAPEST, created_at }
}

fn pass(text: &str) -> Passphrase {
    Passphrase::from(text)
}

struct Home {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn sealed(device: Option<&dyn DeviceStore>) -> Home {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.json");
    let phrase = Phrase::parse(WORDS).unwrap();
    Vault::create(&path, &phrase, &pass("correct horse"), device, &options()).unwrap();
    Home { _folder: folder, path }
}

fn edit(path: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let mut json = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
}

/// As someone would who wants the change to pass for the owner's own.
fn edit_header(path: &Path, change: impl FnOnce(&mut Header)) {
    let mut sealed: Sealed = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut sealed.header);
    sealed.checksum = checksum(&associated_data(&sealed.header).unwrap(), &sealed.ciphertext);
    fs::write(path, serde_json::to_vec(&sealed).unwrap()).unwrap();
}

#[test]
fn a_vault_opens_with_its_passphrase_and_with_no_other() {
    let home = sealed(None);
    let phrase = Vault::open_phrase(&home.path, &pass("correct horse"), None).unwrap();
    assert_eq!(phrase.expose_words(), WORDS);
    let root = Vault::open(&home.path, &pass("correct horse"), None).unwrap();
    let expected = RootKey::from_phrase(&Phrase::parse(WORDS).unwrap());
    assert_eq!(root.log_key().unwrap().public(), expected.log_key().unwrap().public());
    for wrong in ["correct horsf", "Correct horse", "correct horse ", ""] {
        let refused = Vault::check_passphrase(&home.path, &pass(wrong), None);
        assert_eq!(refused, Err(KeysError::WrongPassphrase), "{wrong}");
    }
}

#[test]
fn the_file_holds_neither_phrase_nor_entropy_and_says_how_it_was_sealed() {
    let home = sealed(None);
    let text = fs::read_to_string(&home.path).unwrap();
    assert!(!text.contains("legal") && !text.contains(&hex::encode([0x7f; 16])));
    let info = Vault::info(&home.path).unwrap();
    assert_eq!(info.created_at, options().created_at);
    assert_eq!((info.kdf, info.device_bound), (KdfParams::CHEAPEST, false));
}

#[test]
fn a_short_passphrase_seals_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.json");
    let phrase = Phrase::parse(WORDS).unwrap();
    let refused = Vault::create(&path, &phrase, &pass("1234567"), None, &options());
    assert_eq!(refused, Err(KeysError::PassphraseShort { minimum: 8 }));
    assert!(!path.exists());
}

#[test]
fn an_existing_vault_is_never_overwritten() {
    let home = sealed(None);
    let store = Memory::default();
    let before = fs::read(&home.path).unwrap();
    let phrase = Phrase::generate(crate::PhraseLength::Words24).unwrap();
    let refused =
        Vault::create(&home.path, &phrase, &pass("other words"), Some(&store), &options());
    assert_eq!(refused, Err(KeysError::VaultExists));
    assert_eq!(fs::read(&home.path).unwrap(), before);
    assert!(store.0.borrow().is_empty(), "no secret is left behind");
}

#[test]
fn a_failed_creation_leaves_no_secret_in_the_keystore() {
    let store = Memory::default();
    let phrase = Phrase::parse(WORDS).unwrap();
    let nowhere = tempfile::tempdir().unwrap().path().join("gone").join("vault.json");
    let refused =
        Vault::create(&nowhere, &phrase, &pass("correct horse"), Some(&store), &options());
    assert!(matches!(refused, Err(KeysError::Disk { .. })));
    assert!(store.0.borrow().is_empty());
}

#[test]
fn changing_the_passphrase_keeps_the_phrase_and_draws_a_new_salt() {
    let store = Memory::default();
    let home = sealed(Some(&store));
    let before: Sealed = serde_json::from_slice(&fs::read(&home.path).unwrap()).unwrap();
    let (old, new) = (pass("correct horse"), pass("battery staple"));
    let change = |old: &Passphrase, new: &Passphrase| {
        Vault::change_passphrase(&home.path, old, new, Some(&store))
    };
    assert_eq!(change(&new, &old), Err(KeysError::WrongPassphrase));
    assert_eq!(change(&old, &pass("short")), Err(KeysError::PassphraseShort { minimum: 8 }));
    change(&old, &new).unwrap();
    let after: Sealed = serde_json::from_slice(&fs::read(&home.path).unwrap()).unwrap();
    assert_ne!(before.header.salt, after.header.salt);
    assert_ne!(before.header.nonce, after.header.nonce);
    let refused = Vault::check_passphrase(&home.path, &old, Some(&store));
    assert_eq!(refused, Err(KeysError::WrongPassphrase));
    let phrase = Vault::open_phrase(&home.path, &new, Some(&store)).unwrap();
    assert_eq!(phrase.expose_words(), WORDS);
}

#[test]
fn a_device_bound_vault_needs_passphrase_and_keystore_both() {
    let store = Memory::default();
    let home = sealed(Some(&store));
    let right = pass("correct horse");
    let open = |passphrase: &Passphrase, device: Option<&dyn DeviceStore>| {
        Vault::open(&home.path, passphrase, device).err()
    };
    assert!(Vault::info(&home.path).unwrap().device_bound);
    assert_eq!(open(&right, Some(&store)), None);
    assert_eq!(open(&pass("wrong horse"), Some(&store)), Some(KeysError::WrongPassphrase));
    assert_eq!(open(&right, None), Some(KeysError::NoKeystore));
    let elsewhere = Memory::default();
    assert_eq!(open(&right, Some(&elsewhere)), Some(KeysError::DeviceSecretMissing));
    let name = store.0.borrow().keys().next().cloned().unwrap();
    elsewhere.set(&name, &[9; 32]).unwrap();
    assert_eq!(open(&right, Some(&elsewhere)), Some(KeysError::DeviceSecretMissing));
}

#[test]
fn a_stolen_file_can_not_be_edited_into_an_unbound_one() {
    let store = Memory::default();
    let home = sealed(Some(&store));
    edit_header(&home.path, |header| {
        header.device_bound = false;
        header.device_id = None;
    });
    let opened = Vault::open(&home.path, &pass("correct horse"), None);
    assert_eq!(opened.err(), Some(KeysError::WrongPassphrase));
}

#[test]
fn every_header_field_is_authenticated() {
    let changes: [fn(&mut Header); 5] = [
        |h| h.vault_id.push('0'),
        |h| h.created_at_ms = Timestamp::from_millis(1),
        |h| h.kdf.t = 2,
        |h| h.salt = hex::encode([1; 16]),
        |h| h.nonce = hex::encode([1; 24]),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let home = sealed(None);
        edit_header(&home.path, change);
        let opened = Vault::open(&home.path, &pass("correct horse"), None);
        assert_eq!(opened.err(), Some(KeysError::WrongPassphrase), "field {index}");
    }
}

#[test]
fn every_damage_is_told_from_a_wrong_passphrase() {
    let home = sealed(None);
    let good = fs::read(&home.path).unwrap();
    for cut in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&home.path, &good[..cut]).unwrap();
        let opened = Vault::open(&home.path, &pass("correct horse"), None);
        assert_eq!(opened.err(), Some(KeysError::VaultDamaged), "cut at {cut}");
    }
    for pointer in ["/ciphertext", "/checksum", "/header/salt", "/header/nonce"] {
        fs::write(&home.path, &good).unwrap();
        edit(&home.path, |json| {
            let mut changed = json.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let flipped = if changed.starts_with('0') { "1" } else { "0" };
            changed.replace_range(..1, flipped);
            *json.pointer_mut(pointer).unwrap() = changed.into();
        });
        let opened = Vault::open(&home.path, &pass("correct horse"), None);
        assert_eq!(opened.err(), Some(KeysError::VaultDamaged), "{pointer}");
    }
    fs::write(&home.path, vec![b' '; 70_000]).unwrap();
    assert_eq!(Vault::info(&home.path), Err(KeysError::VaultDamaged));
    fs::remove_file(&home.path).unwrap();
    assert_eq!(Vault::info(&home.path), Err(KeysError::VaultMissing));
}

#[test]
fn a_newer_vault_is_named_as_such_even_with_unknown_fields() {
    let home = sealed(None);
    edit(&home.path, |json| {
        json["header"]["version"] = 2.into();
        json["header"]["post_quantum"] = true.into();
    });
    let opened = Vault::open(&home.path, &pass("correct horse"), None);
    assert_eq!(opened.err(), Some(KeysError::VaultNewer { found: 2 }));
}

#[test]
fn a_hostile_file_can_not_ask_for_100_gigabytes() {
    for kdf in [(100_000_000, 3, 1), (u32::MAX, u32::MAX, 1), (65_536, 1_000, 1), (65_536, 3, 99)] {
        let home = sealed(None);
        let (m_kib, t, p) = kdf;
        edit_header(&home.path, |header| header.kdf = KdfParams { m_kib, t, p });
        let opened = Vault::open(&home.path, &pass("correct horse"), None);
        assert_eq!(opened.err(), Some(KeysError::KdfBounds), "{kdf:?}");
        assert_eq!(KdfParams::new(m_kib, t, p), Err(KeysError::KdfBounds));
    }
    let KdfParams { m_kib, t, p } = KdfParams::default();
    assert!(KdfParams::new(m_kib, t, p).is_ok());
    assert_eq!(KdfParams::new(1024, 1, 1), Err(KeysError::KdfBounds), "and none is too cheap");
}

/// A vault as version 1 wrote it. It must open for ever.
#[test]
fn the_frozen_vault_of_version_1_still_opens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.json");
    fs::write(&path, include_str!("../tests/vectors/vault-v1.json")).unwrap();
    let phrase = Vault::open_phrase(&path, &pass("correct horse"), None).unwrap();
    assert_eq!(phrase.expose_words(), WORDS);
}
