//! Every route as two customers: what belongs to one is neither shown to the other nor changed by them.

use licensing_api::insight::{
    ImportInsightRequirements, ImportInsightRescissions, NewInsightPair, NewInsightTarget,
};
use licensing_api::operation::{AnsweredBy, Method, OperationId, OperationInfo, TABLE, op};
use licensing_api::{Permission, Secret};
use serde_json::{Map, Value, json};

use crate::http::{register, send};
use crate::site::Site;
use crate::support::Program;

/// What one customer has, as the other one would name it in requests.
struct Belongings {
    server: String,
    other_server: String,
    finding: String,
}

impl Belongings {
    /// The value of a field of a request.
    fn value(&self, info: &OperationInfo, field: &str) -> Value {
        match field {
            "serverGuid" | "first" => json!(self.server),
            "second" => json!(self.other_server),
            "organization" => json!("Example"),
            "name" if info.id == OperationId::NewInsightAccount => json!("mallory"),
            "name" if info.id == OperationId::RemoveInsightAccount => json!("ann"),
            "name" if info.id == OperationId::NewInsightOrganization => json!("Third"),
            "address" => json!("ann@example.com"),
            "key" => json!(self.finding),
            "reason" => json!("ours"),
            "serialNumber" if !info.method.has_body() => json!("*"),
            "serialNumber" => json!("SN-1"),
            "feature" if !info.method.has_body() => json!("*"),
            "feature" => json!("CAD"),
            "productVersion" => json!("2.0"),
            "content" if info.id == OperationId::ImportInsightRequirements => {
                json!("Feature,ProductVersion,RequiredDate\nCAD,2.0,2020-01-01\n")
            }
            "content" => json!("SerialNumber\nSN-1\n"),
            "includeResolved" => json!(true),
            "permissions" => json!("Full"),
            // Left out: the rest is optional and says only how much is listed.
            _ => Value::Null,
        }
    }

    /// A request that names what belongs to this customer in every field; one that only reads names nothing unless `names`.
    fn request(&self, info: &OperationInfo, names: bool) -> Map<String, Value> {
        if !names && !info.method.has_body() {
            return Map::new();
        }
        let fields = info.request_type().fields;
        fields
            .iter()
            .map(|field| (field.name.clone(), self.value(info, &field.name)))
            .filter(|(_, value)| !value.is_null())
            .collect()
    }

    /// What may stand in no answer to the other customer.
    fn markers(&self) -> [&str; 5] {
        [
            &self.server,
            &self.other_server,
            "\"Example\"",
            "\"ann\"",
            "ann@example.com",
        ]
    }
}

async fn ask(
    program: &Program,
    info: &OperationInfo,
    fields: &Map<String, Value>,
    token: &Secret,
) -> (u16, String) {
    let mut path = info.path.to_owned();
    let mut query = Vec::new();
    for (name, value) in fields {
        let place = format!("{{{name}}}");
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if path.contains(&place) {
            path = path.replace(&place, &text);
        } else {
            query.push((name.clone(), text));
        }
    }
    let method = info.method.name().parse::<reqwest::Method>().unwrap();
    let mut request = program
        .http()
        .request(method, program.url(&path))
        .bearer_auth(token.expose());
    request = if info.method.has_body() {
        request.json(fields)
    } else {
        request.query(&query)
    };
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Numbers of the operations of the fulfilment.
const FULFILMENT: std::ops::RangeInclusive<u32> = 170..=176;

fn ours() -> impl Iterator<Item = &'static OperationInfo> {
    // Orders and allocations belong to no organization; fulfilment.rs tests whom they are shown to.
    TABLE
        .iter()
        .filter(|info| info.answered == AnsweredBy::Insight && !FULFILMENT.contains(&info.number))
}

/// Everything that a caller can read.
async fn all_lists(
    program: &Program,
    belongings: &Belongings,
    token: &Secret,
) -> Vec<(&'static str, String)> {
    let mut lists = Vec::new();
    for info in ours().filter(|info| info.method == Method::Get) {
        let mut fields = belongings.request(info, false);
        if info.id == OperationId::GetInsightFindings {
            fields.insert("includeResolved".to_owned(), json!(true));
        }
        let (status, text) = ask(program, info, &fields, token).await;
        assert_eq!(status, 200, "{}: {text}", info.name);
        lists.push((info.name, text));
    }
    lists
}

/// A customer with two servers, a pair, an account, a target, a rescinded license and a requirement.
async fn example(program: &Program) -> (Belongings, Secret) {
    let ann = program.account("ann", "Example", Permission::Full);
    let mut sites = [Site::new(1), Site::new(2)];
    for site in &mut sites {
        register(program, "Example", site).await;
        let upload = site.upload(jiff::Timestamp::now(), &["SN-1"]);
        let signature = upload.sign(&site.key).to_string();
        let answer = send(program, site, &upload, signature, upload.bytes().to_vec()).await;
        assert_eq!(answer.status().as_u16(), 201);
    }
    let [server, other_server] = [0, 1].map(|at: usize| sites[at].guid.to_string());
    let operator = program.client(&program.operator);
    operator
        .call::<op::NewInsightPair>(&NewInsightPair {
            first: server.clone(),
            second: other_server.clone(),
        })
        .await
        .unwrap();
    operator
        .call::<op::NewInsightTarget>(&NewInsightTarget {
            address: "ann@example.com".to_owned(),
            organization: Some("Example".to_owned()),
            cert_hash: None,
        })
        .await
        .unwrap();
    operator
        .call::<op::ImportInsightRescissions>(&ImportInsightRescissions {
            content: "SerialNumber,Effective,Reason\nSN-1,2020-01-01T00:00:00Z,ann@example.com\n".to_owned(),
        })
        .await
        .unwrap();
    operator
        .call::<op::ImportInsightRequirements>(&ImportInsightRequirements {
            content: "Feature,ProductVersion,RequiredDate\nCAD,3.0,2020-01-01\n".to_owned(),
        })
        .await
        .unwrap();
    let listed = program.command(&["finding", "list"]);
    let finding = listed
        .lines()
        .find(|line| line.contains("RescindedLicense") && line.contains(&server))
        .and_then(|line| line.split('\t').nth(2))
        .unwrap()
        .to_owned();
    let belongings = Belongings {
        server,
        other_server,
        finding,
    };
    (belongings, ann)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_one_customer_is_nothing_to_another() {
    let program = Program::start(&[("INSIGHTD_MAIL__SERVER", "127.0.0.1")]);
    program.command(&["organization", "add", "Other"]);
    let (belongings, ann) = example(&program).await;
    let bob = program.account("bob", "Other", Permission::Full);
    let before = all_lists(&program, &belongings, &program.operator).await;
    // What the owner sees of their own shows that there is something to hide.
    for (name, text) in all_lists(&program, &belongings, &ann).await {
        assert_ne!(text, "{\"items\":[]}", "{name}");
        assert!(
            !text.contains("\"Other\"") && !text.contains("\"bob\""),
            "{name}: {text}"
        );
    }
    for info in ours() {
        for names in [true, false] {
            let fields = belongings.request(info, names);
            let (status, text) = ask(&program, info, &fields, &bob).await;
            if info.method == Method::Get && status == 200 {
                for marker in belongings.markers() {
                    assert!(!text.contains(marker), "{}: {text}", info.name);
                }
            } else {
                assert!(
                    [400, 403, 404].contains(&status),
                    "{} answers {status}: {text}",
                    info.name
                );
            }
        }
    }
    let after = all_lists(&program, &belongings, &program.operator).await;
    assert_eq!(before, after, "nothing was changed");
}
