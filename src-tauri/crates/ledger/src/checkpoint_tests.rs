use super::*;

/// The example of <https://c2sp.org/tlog-checkpoint>.
const TEXT: &str = "example.com/behind-the-sofa\n20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
/// Key id and signature as in that example; its public key is not published.
const SIGNATURE: &str = "\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+Z\
    JurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

#[test]
fn the_published_checkpoint_is_read_and_written() {
    let checkpoint = Checkpoint::parse_text(TEXT).unwrap();
    assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size, 20_852_163);
    assert_eq!(checkpoint.to_text(), TEXT);
    assert!(SignedNote::parse(&format!("{TEXT}\n{SIGNATURE}")).is_ok());
}

#[test]
fn extension_lines_are_passed_over_unless_empty() {
    assert!(Checkpoint::parse_text(&format!("{TEXT}more\n")).is_ok());
    assert_eq!(Checkpoint::parse_text(&format!("{TEXT}\nmore\n")), Err(NoteError::Checkpoint));
}

#[test]
fn other_forms_of_a_checkpoint_are_refused() {
    for (why, bad) in [
        ("nothing", String::new()),
        ("no origin", TEXT.replace("example.com/behind-the-sofa", "")),
        ("a leading zero", TEXT.replace("20852163", "020852163")),
        ("a sign", TEXT.replace("20852163", "+20852163")),
        ("no size", TEXT.replace("20852163", "")),
        ("a size beyond 64 bits", TEXT.replace("20852163", "18446744073709551616")),
        ("a shorter root", TEXT.replace("CsUY", "")),
        ("a root without padding", TEXT.replace("2I=", "2I")),
        ("no last newline", TEXT.trim_end().to_owned()),
        ("two lines", "origin\n1\n".to_owned()),
    ] {
        assert_eq!(Checkpoint::parse_text(&bad), Err(NoteError::Checkpoint), "{why}");
    }
}

fn proof() -> TlogProof {
    let checkpoint = format!("{TEXT}\n{SIGNATURE}");
    TlogProof { index: 73_894, path: vec![[1; 32], [2; 32]], checkpoint }
}

#[test]
fn a_proof_has_the_published_form_and_round_trips() {
    let text = proof().to_text();
    let start = "c2sp.org/tlog-proof@v1\nindex 73894\n\
        AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\
        AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n\nexample.com/behind-the-sofa\n20852163\n";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(TlogProof::parse(&text), Ok(proof()));
    let lonely = TlogProof { index: 0, path: vec![], checkpoint: "x".to_owned() };
    assert_eq!(TlogProof::parse(&lonely.to_text()), Ok(lonely));
}

#[test]
fn extra_data_is_passed_over_and_other_forms_are_refused() {
    let text = proof().to_text();
    let extra = text.replace("index", "extra aGVsbG8=\nindex");
    assert_eq!(TlogProof::parse(&extra), Ok(proof()));
    for (why, bad) in [
        ("another header", text.replace("@v1", "@v2")),
        ("extra data that is no base64", text.replace("index", "extra ???\nindex")),
        ("no index", text.replace("index 73894\n", "")),
        ("a leading zero", text.replace("index 7", "index 07")),
        ("a shorter hash", text.replace("AQEBAQEB", "")),
        ("no checkpoint", text.split("\n\n").next().unwrap().to_owned()),
        (
            "a path of 65",
            text.replace(
                "73894\n",
                &format!("73894\n{}", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n".repeat(63)),
            ),
        ),
    ] {
        assert_eq!(TlogProof::parse(&bad), Err(NoteError::Proof), "{why}");
    }
}
