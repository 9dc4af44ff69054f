//! The page: signing in, what is shown, and forms that others try to send.

use licensing_api::insight::GetInsightFindings;
use licensing_api::operation::op;
use licensing_api::{Permission, Secret};
use licensing_management::exchange::{Bundle, Receipt};
use licensing_management::key::RegistrationCode;
use reqwest::{Response, StatusCode};

use crate::http::{register, send};
use crate::site::Site;
use crate::support::Program;

/// The serial number as the page shows it, with what is escaped behind it: the random secret of a form may have its letters.
const SHOWN: &str = "SN&";

/// A browser: keeps the cookie, follows nothing, and runs no script.
struct Browser<'a> {
    program: &'a Program,
    http: reqwest::Client,
    cookie: Option<String>,
}

impl<'a> Browser<'a> {
    fn new(program: &'a Program) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(program.trust().client_config(None).unwrap())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self {
            program,
            http,
            cookie: None,
        }
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, self.program.url(path));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    async fn page(&self) -> (StatusCode, String) {
        let answer = self.request(reqwest::Method::GET, "/page").send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; form-action 'self'"));
        (answer.status(), answer.text().await.unwrap())
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        let body: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.request(reqwest::Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .unwrap()
    }

    async fn sign_in(&mut self, token: &Secret) {
        let answer = self.post("/page/sign-in", &[("token", token.expose())]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        for attribute in [
            "__Host-insight=",
            "; Path=/",
            "; Secure",
            "; HttpOnly",
            "; SameSite=Strict",
        ] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
    }

    /// The secret that the forms of the page carry.
    async fn csrf(&self) -> String {
        let (_, text) = self.page().await;
        let from = text.find("name=\"csrf\" value=\"").unwrap() + "name=\"csrf\" value=\"".len();
        text[from..].split('"').next().unwrap().to_owned()
    }

    async fn upload(&self, csrf: &str, content: &str) -> Response {
        self.upload_to("/page/bundle", csrf, content).await
    }

    async fn upload_to(&self, path: &str, csrf: &str, content: &str) -> Response {
        let body = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--edge\r\nContent-Disposition: \
             form-data; name=\"bundle\"; filename=\"b.json\"\r\n\r\n{content}\r\n--edge--\r\n"
        );
        self.request(reqwest::Method::POST, path)
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(body)
            .send()
            .await
            .unwrap()
    }
}

async fn states(program: &Program) -> Vec<String> {
    program
        .client(&program.operator)
        .call::<op::GetInsightFindings>(&GetInsightFindings::default())
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|row| row.state)
        .collect()
}

/// A finding whose subject is markup.
async fn with_finding(program: &Program) {
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &mut sites {
        register(program, "Example", site).await;
    }
    for number in [2_i64, 1] {
        for (index, site) in sites.iter_mut().enumerate() {
            let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * number)
                + jiff::SignedDuration::from_mins(30 * index as i64);
            let upload = site.upload(at, &["<b>SN</b>"]);
            let signature = upload.sign(&site.key).to_string();
            let answer = send(program, site, &upload, signature, upload.bytes().to_vec()).await;
            assert_eq!(answer.status(), StatusCode::CREATED);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_in_sees_findings_and_acknowledges_them() {
    let program = Program::start(&[]);
    with_finding(&program).await;
    let ann = program.account("ann", "Example", Permission::Full);
    let mut browser = Browser::new(&program);
    let (status, text) = browser.page().await;
    assert!(status.is_success() && text.contains("name=\"token\"") && !text.contains("Findings"));
    let refused = browser.post("/page/sign-in", &[("token", "ins_guessed")]).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(!refused.headers().contains_key("set-cookie"));
    browser.sign_in(&ann).await;
    let (_, text) = browser.page().await;
    assert!(text.contains("ann, Example, Full"), "{text}");
    assert!(!text.contains("<b>SN"), "what is shown is no markup");
    assert!(text.contains(SHOWN) && text.contains("name=\"reason\""));
    let csrf = browser.csrf().await;
    let key = "DuplicateLicense/acme/<b>sn<~1b>";
    let answer = browser
        .post(
            "/page/acknowledge",
            &[("csrf", &csrf), ("key", key), ("reason", "known")],
        )
        .await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(states(&program).await, ["Acknowledged"]);
    // A removed account is signed in no more.
    program.command(&["account", "remove", "ann"]);
    assert!(browser.page().await.1.contains("name=\"token\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_others_are_not_carried_out() {
    let program = Program::start(&[]);
    with_finding(&program).await;
    let key = "DuplicateLicense/acme/<b>sn<~1b>";
    let (mut ann, mut bob, mut carol) = (
        Browser::new(&program),
        Browser::new(&program),
        Browser::new(&program),
    );
    program.command(&["organization", "add", "Other"]);
    ann.sign_in(&program.account("ann", "Example", Permission::Full))
        .await;
    bob.sign_in(&program.account("bob", "Example", Permission::ReadOnly))
        .await;
    carol
        .sign_in(&program.account("carol", "Other", Permission::Full))
        .await;
    let (of_ann, of_bob, of_carol) = (ann.csrf().await, bob.csrf().await, carol.csrf().await);
    assert!(
        !carol.page().await.1.contains(SHOWN),
        "another customer sees nothing"
    );
    assert!(!bob.page().await.1.contains("name=\"reason\""));
    let stranger = Browser::new(&program);
    for (who, csrf, expected) in [
        (&stranger, of_ann.as_str(), StatusCode::SEE_OTHER),
        (&ann, "", StatusCode::FORBIDDEN),
        (&ann, of_carol.as_str(), StatusCode::FORBIDDEN),
        (&bob, of_bob.as_str(), StatusCode::FORBIDDEN),
        (&carol, of_carol.as_str(), StatusCode::BAD_REQUEST),
    ] {
        let fields = [("csrf", csrf), ("key", key), ("reason", "known")];
        assert_eq!(who.post("/page/acknowledge", &fields).await.status(), expected);
        assert_ne!(who.upload(csrf, "{}").await.status(), StatusCode::OK);
    }
    let foreign = ann
        .request(reqwest::Method::POST, "/page/acknowledge")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("csrf={of_ann}&key=x&reason=y"))
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let large = "x".repeat(100 * 1024);
    let unread = stranger.upload_to("/page/sign-in", "", &large).await;
    assert_eq!(unread.status(), StatusCode::BAD_REQUEST, "nobody is signed in");
    assert_eq!(states(&program).await, ["Open"]);
    let out = ann.post("/page/sign-out", &[("csrf", &of_ann)]).await;
    assert_eq!(out.status(), StatusCode::SEE_OTHER);
    assert!(ann.page().await.1.contains("name=\"token\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_taken_and_its_receipt_is_a_file() {
    let program = Program::start(&[]);
    let mut site = Site::new(1);
    let code = RegistrationCode::parse(&program.code("Example")).unwrap();
    let uploads = [site.upload(jiff::Timestamp::now(), &["SN-1"])];
    let bundle = Bundle::pack(site.guid, Some(site.request(&code)), &uploads, &site.key).unwrap();
    let bytes = String::from_utf8(bundle.to_bytes().unwrap()).unwrap();
    let mut browser = Browser::new(&program);
    browser
        .sign_in(&program.account("ann", "Example", Permission::Full))
        .await;
    let csrf = browser.csrf().await;
    let broken = browser.upload(&csrf, "{\"nothing\":1}").await;
    assert_eq!(broken.status(), StatusCode::BAD_REQUEST);
    let taken = browser.upload(&csrf, &bytes).await;
    assert_eq!(taken.status(), StatusCode::OK);
    let named = taken.headers()["content-disposition"].to_str().unwrap();
    assert_eq!(
        named,
        format!("attachment; filename=\"receipt-{}.json\"", site.guid)
    );
    let receipt = Receipt::read(&taken.bytes().await.unwrap()).unwrap();
    assert_eq!(receipt.results.len(), 1);
    assert!(receipt.registration.is_some());
}
