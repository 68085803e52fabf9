use super::*;

const NOW: i64 = 1_700_000_000;
const NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn key() -> HolderKey {
    HolderKey::from_secret(&[7; 32])
}

fn parts() -> RequestParts<'static> {
    RequestParts {
        method: "POST",
        authority: "127.0.0.1:4070",
        path: "/v1/spend-requests",
        query: None,
        authorization: Some("Bearer En0KEwoE"),
        body_digest: body_digest(b"{}"),
    }
}

fn signed() -> SignatureHeaders {
    sign_request(&key(), &parts(), NOW, NONCE).unwrap()
}

fn verified(parts: &RequestParts<'_>, headers: &SignatureHeaders) -> Result<ProofNonce, KeysError> {
    verify_request(&ProofKey::new(&key().public()), parts, headers, NOW, 60)
}

/// RFC 9421, B.1.4 (the key) and B.2.6 (the base and its signature, which Ed25519 makes the same
/// each time).
#[test]
fn the_ed25519_example_of_rfc_9421_holds() {
    let secret = STANDARD.decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=").unwrap();
    let key = HolderKey::from_secret(&secret.try_into().unwrap());
    assert_eq!(STANDARD.encode(key.public()), "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=");
    let components = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ];
    let input = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
                 \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    let base = signature_base(&components, input);
    let expected = [
        r#""date": Tue, 20 Apr 2021 02:07:55 GMT"#,
        r#""@method": POST"#,
        r#""@path": /foo"#,
        r#""@authority": example.com"#,
        r#""content-type": application/json"#,
        r#""content-length": 18"#,
        &format!(r#""@signature-params": {input}"#),
    ];
    assert_eq!(base, expected.join("\n"));
    let signature = key.sign(base.as_bytes());
    assert_eq!(
        STANDARD.encode(signature),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
    assert!(ProofKey::new(&key.public()).signed(base.as_bytes(), &signature));
}

/// RFC 9530, appendix B.1 (the body ends with a line feed).
#[test]
fn the_content_digest_example_of_rfc_9530_holds() {
    let request = RequestParts { body_digest: body_digest(b"{\"hello\": \"world\"}\n"), ..parts() };
    let headers = sign_request(&key(), &request, NOW, NONCE).unwrap();
    assert_eq!(headers.content_digest, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
}

#[test]
fn the_form_on_the_wire_is_fixed() {
    let headers = signed();
    assert_eq!(
        headers.signature_input,
        "purser=(\"@method\" \"@authority\" \"@path\" \"@query\" \"authorization\" \
         \"content-digest\");created=1700000000;nonce=\"AAAAAAAAAAAAAAAAAAAAAA\";\
         alg=\"ed25519\";keyid=\"6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw\""
    );
    assert!(headers.signature.starts_with("purser=:") && headers.signature.ends_with("=:"));
}

#[test]
fn a_signed_request_verifies_and_names_its_nonce() {
    let expected = ProofNonce { holder: key().public(), nonce: NONCE.to_owned(), created_s: NOW };
    assert_eq!(verified(&parts(), &signed()), Ok(expected));
    let upper = RequestParts { authority: "LOCALHOST", ..parts() };
    let lower = RequestParts { authority: "localhost", ..parts() };
    let headers = sign_request(&key(), &upper, NOW, NONCE).unwrap();
    assert!(verified(&lower, &headers).is_ok(), "hosts have no case");
    let empty = RequestParts { query: Some(""), ..parts() };
    assert!(verified(&empty, &signed()).is_ok(), "an empty query is none");
}

#[test]
fn every_part_is_covered() {
    let others: [RequestParts<'_>; 6] = [
        RequestParts { method: "GET", ..parts() },
        RequestParts { authority: "127.0.0.1:4071", ..parts() },
        RequestParts { path: "/v1/delegations", ..parts() },
        RequestParts { query: Some("wait=1"), ..parts() },
        RequestParts { authorization: Some("Bearer other"), ..parts() },
        RequestParts { path: "/v1/Spend-requests", ..parts() },
    ];
    for (index, other) in others.iter().enumerate() {
        let refused = verified(other, &signed());
        assert_eq!(refused, Err(KeysError::ProofSignature), "part {index}");
    }
    let other = RequestParts { body_digest: body_digest(b"{} "), ..parts() };
    assert_eq!(verified(&other, &signed()), Err(KeysError::ProofDigest));
}

#[test]
fn whether_the_credential_is_covered_is_the_route_s_choice_not_the_sender_s() {
    let without = RequestParts { authorization: None, ..parts() };
    let headers = sign_request(&key(), &without, NOW, NONCE).unwrap();
    assert!(verified(&without, &headers).is_ok());
    assert_eq!(verified(&parts(), &headers), Err(KeysError::ProofCoverage));
    assert_eq!(verified(&without, &signed()), Err(KeysError::ProofCoverage));
}

#[test]
fn another_key_is_refused_even_when_it_names_the_holder_s() {
    let other = HolderKey::from_secret(&[8; 32]);
    let headers = sign_request(&other, &parts(), NOW, NONCE).unwrap();
    assert_eq!(verified(&parts(), &headers), Err(KeysError::ProofKey));
    let input = signed().signature_input;
    let claims = SignatureHeaders { signature_input: input, ..headers };
    assert_eq!(verified(&parts(), &claims), Err(KeysError::ProofSignature));
}

#[test]
fn the_clock_may_differ_by_the_allowed_skew_and_no_more() {
    let at = |now| verify_request(&ProofKey::new(&key().public()), &parts(), &signed(), now, 60);
    assert!(at(NOW - 60).is_ok() && at(NOW + 60).is_ok());
    for now in [NOW - 61, NOW + 61, 0, i64::MIN, i64::MAX] {
        assert_eq!(at(now), Err(KeysError::ProofClock), "{now}");
    }
}

#[test]
fn other_forms_of_signature_input_are_refused_with_the_place() {
    let good = signed().signature_input;
    let malformed = |part| KeysError::ProofMalformed { part };
    let cases = [
        (String::new(), malformed("signature-input label")),
        (good.replacen("purser", "sig1", 1), malformed("signature-input label")),
        (format!("sig1=();created=1, {good}"), malformed("signature-input label")),
        (good.replace(";created=1700000000", ""), malformed("created")),
        (good.replace("=1700000000", "=+1700000000"), malformed("created")),
        (good.replace("=1700000000", "=01700000000"), malformed("created")),
        (good.replace("=1700000000", "=-1"), malformed("created")),
        (good.replace("=1700000000", "=99999999999999999999"), malformed("created")),
        (good.replace("1700000000", "1700000000;expires=9"), malformed("created")),
        (good.replace(NONCE, "short"), malformed("nonce")),
        (good.replace(NONCE, "AAAAAAAAAAAAAAAA\" \"AA"), malformed("nonce")),
        (good.replace(NONCE, &"A".repeat(65)), malformed("nonce")),
        (good.replace("\"ed25519\"", "\"hmac-sha256\""), malformed("alg")),
        (good.replace(";alg=\"ed25519\"", ""), malformed("alg")),
        (format!("{good};tag=\"x\""), KeysError::ProofKey),
        (format!("{good} "), malformed("keyid")),
        (good.replace("\"@query\" ", ""), KeysError::ProofCoverage),
        (good.replace("\"@path\" \"@query\"", "\"@query\" \"@path\""), KeysError::ProofCoverage),
        (good.replace("(\"@method\"", "(\"@method\";req"), KeysError::ProofCoverage),
    ];
    for (signature_input, error) in cases {
        let headers = SignatureHeaders { signature_input, ..signed() };
        assert_eq!(verified(&parts(), &headers), Err(error), "{}", headers.signature_input);
    }
}

#[test]
fn other_forms_of_signature_and_digest_are_refused() {
    let good = signed();
    for signature in ["", "purser=::", "purser=:AAAA:", "sig1=:AAAA:", "purser=:!:"] {
        let headers = SignatureHeaders { signature: signature.to_owned(), ..good.clone() };
        let refused = KeysError::ProofMalformed { part: "signature" };
        assert_eq!(verified(&parts(), &headers), Err(refused), "{signature}");
    }
    for content_digest in ["", "sha-512=:AAAA:", "sha-256=:AAAA:"] {
        let content_digest = content_digest.to_owned();
        let headers = SignatureHeaders { content_digest, ..good.clone() };
        assert_eq!(verified(&parts(), &headers), Err(KeysError::ProofDigest));
    }
}

#[test]
fn parts_that_could_pass_for_another_line_are_neither_signed_nor_verified() {
    let bad = [
        ("method", RequestParts { method: "GET\n\"@path\": /x", ..parts() }),
        ("method", RequestParts { method: "", ..parts() }),
        ("authority", RequestParts { authority: "host\r", ..parts() }),
        ("path", RequestParts { path: "/a b", ..parts() }),
        ("path", RequestParts { path: "relative", ..parts() }),
        ("path", RequestParts { path: "/a?b", ..parts() }),
        ("query", RequestParts { query: Some("a=\n"), ..parts() }),
        ("query", RequestParts { query: Some("ä"), ..parts() }),
        ("authorization", RequestParts { authorization: Some("Bearer x\ny"), ..parts() }),
        ("authorization", RequestParts { authorization: Some(" Bearer x"), ..parts() }),
        ("authorization", RequestParts { authorization: Some(""), ..parts() }),
    ];
    for (part, request) in bad {
        let refused = KeysError::ProofPart { part };
        assert_eq!(sign_request(&key(), &request, NOW, NONCE), Err(refused.clone()));
        assert_eq!(verified(&request, &signed()), Err(refused));
    }
}

#[test]
fn fresh_nonces_are_of_the_accepted_form_and_differ() {
    let (one, other) = (new_nonce().unwrap(), new_nonce().unwrap());
    assert_ne!(one, other);
    assert!(sign_request(&key(), &parts(), NOW, &one).is_ok());
}
