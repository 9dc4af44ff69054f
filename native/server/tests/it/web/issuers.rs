//! Issuers over HTTP.

use licensing_license_file::license_file::parse;
use licensing_license_file::signing::IssuerKey;
use serde_json::json;
use zeroize::Zeroizing;

use super::{As, HOST, fixture};

#[tokio::test]
async fn an_issuer_comes_and_goes_and_its_lines_with_it() {
    let fixture = fixture().await;
    let key = IssuerKey::from_random(&Zeroizing::new([9; 32]));
    let public = key.public("Bolt, Inc.", &["BOLT".to_owned()]).unwrap();
    let text = format!(
        "SERVER this_host HOSTNAME={HOST}\nVENDOR BOLT\nUSE_SERVER\n\
         INCREMENT CAD BOLT 1.0 permanent 7 SN=B-1 SIGN=\n"
    );
    let file = key.sign_file(&parse(text.as_bytes()));
    std::fs::write(fixture.data.licenses().join("bolt.lic"), file).unwrap();
    let add = json!({ "content": public.to_text().unwrap() });
    let added = fixture.change("POST", "/v1/issuers", &add).await;
    assert_eq!(added.status, 200, "{}", added.text);
    assert_eq!(
        (&added.body["issuer"], &added.body["lines"]),
        (&json!("Bolt, Inc."), &json!(1))
    );
    assert_eq!(added.body["effects"][0]["feature"], "CAD", "{}", added.text);
    let key_id = added.body["keyId"].as_str().unwrap().to_owned();
    let again = fixture.change("POST", "/v1/issuers", &add).await;
    assert_eq!((again.status.as_u16(), again.code()), (409, "IssuerExists"));
    assert_eq!(
        fixture.get("/v1/issuers").await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    let path = format!("/v1/issuers/{key_id}");
    let full = As::Token(&fixture.full);
    let what_if = fixture
        .send("DELETE", &format!("{path}?whatIf=true"), full, None)
        .await;
    assert_eq!(what_if.body["effects"][0]["feature"], "CAD", "{}", what_if.text);
    assert_eq!(fixture.send("DELETE", &path, full, None).await.status, 200);
    let gone = fixture.send("DELETE", &path, full, None).await;
    assert_eq!((gone.status.as_u16(), gone.code()), (404, "IssuerNotFound"));
    assert_eq!(*fixture.daemons.rereads.lock().unwrap(), 2);
}

#[tokio::test]
async fn what_is_no_file_of_an_issuer_is_refused() {
    let fixture = fixture().await;
    for content in ["", "junk", "issuer = 'x'"] {
        let refused = fixture
            .change("POST", "/v1/issuers", &json!({ "content": content }))
            .await;
        assert_eq!(
            (refused.code(), &refused.body["target"]),
            ("InvalidRequest", &json!("content"))
        );
    }
    let read_only = fixture
        .send(
            "POST",
            "/v1/issuers",
            As::Token(&fixture.read_only),
            Some(&json!({ "content": "" })),
        )
        .await;
    assert_eq!(read_only.code(), "UserNotAuthorized");
}
