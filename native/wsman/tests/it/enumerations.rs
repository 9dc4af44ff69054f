//! Enumerations over several answers.

use licensing_wsman::{Limits, uri};

use crate::support::{Answer, Library, RESOURCE, TestEndpoint, ask, book, endpoint, endpoint_with, envelope};

fn enumerate(inside: &str) -> String {
    envelope(
        uri::ENUMERATE,
        RESOURCE,
        "",
        &format!("<n:Enumerate>{inside}</n:Enumerate>"),
    )
}

fn pull(context: &str, inside: &str) -> String {
    // The resource of a Pull does not count; one client names another one.
    let resource = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*";
    let body = format!("<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext>{inside}</n:Pull>");
    envelope(uri::PULL, resource, "", &body)
}

async fn begin(endpoint: &TestEndpoint) -> String {
    ask(endpoint, &enumerate(""))
        .await
        .all("EnumerationContext")
        .remove(0)
}

fn many(count: u32) -> Library {
    Library::of(
        (0..count)
            .map(|number| book(&format!("Book {number}"), number, None, false))
            .collect(),
    )
}

#[tokio::test]
async fn a_pull_gives_one_item_unless_more_are_asked_for() {
    let endpoint = endpoint();
    let context = begin(&endpoint).await;
    let first = ask(&endpoint, &pull(&context, "")).await;
    assert_eq!(first.all("Title"), ["Rust"]);
    assert_eq!(first.all("EnumerationContext"), std::slice::from_ref(&context));
    // One client writes MaxElements in the namespace of Enumerate.
    let rest = ask(&endpoint, &pull(&context, "<w:MaxElements>10</w:MaxElements>")).await;
    assert_eq!(rest.all("Title"), ["Öl & <Gas>", "rust"]);
    assert_eq!(rest.all("EndOfSequence").len(), 1);
    assert!(rest.all("EnumerationContext").is_empty());
    assert_eq!(
        ask(&endpoint, &pull(&context, "")).await.fault().0,
        "n:InvalidEnumerationContext"
    );
    assert_eq!(endpoint.service().open_enumerations(), 0);
}

#[tokio::test]
async fn a_released_enumeration_is_over() {
    let endpoint = endpoint();
    let context = begin(&endpoint).await;
    let body = format!("<n:Release><n:EnumerationContext>{context}</n:EnumerationContext></n:Release>");
    let release = envelope(uri::RELEASE, RESOURCE, "", &body);
    let answer = ask(&endpoint, &release).await;
    assert!(answer.status == 200 && answer.body().children.is_empty());
    assert!(answer.all("Action")[0].ends_with("/ReleaseResponse"));
    assert_eq!(
        ask(&endpoint, &release).await.fault().0,
        "n:InvalidEnumerationContext"
    );
}

#[tokio::test]
async fn addresses_lead_to_their_instances() {
    let endpoint = endpoint();
    let inside = "<w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements>\
                  <w:EnumerationMode>EnumerateObjectAndEPR</w:EnumerationMode>";
    let both = ask(&endpoint, &enumerate(inside)).await;
    assert_eq!((both.all("Item").len(), both.all("Title").len()), (3, 3));
    let answer = ask(&endpoint, &enumerate(&inside.replace("ObjectAnd", ""))).await;
    let items = answer.body().children[0].child(uri::WSMAN, "Items").unwrap();
    let parameters = items.children[2]
        .child(uri::ADDRESSING, "ReferenceParameters")
        .unwrap();
    let selectors: String = parameters
        .child(uri::WSMAN, "SelectorSet")
        .unwrap()
        .children
        .iter()
        .map(|selector| {
            format!(
                "<w:Selector Name=\"{}\">{}</w:Selector>",
                selector.attribute("Name").unwrap(),
                selector.text
            )
        })
        .collect();
    let resource = &parameters.child(uri::WSMAN, "ResourceURI").unwrap().text;
    let header = format!("<w:SelectorSet>{selectors}</w:SelectorSet>");
    let found = ask(&endpoint, &envelope(uri::GET, resource, &header, "")).await;
    assert_eq!(
        (found.all("Title"), found.all("shelf")),
        (vec!["rust".to_owned()], vec!["2".to_owned()])
    );
}

#[tokio::test]
async fn the_count_is_told_when_it_is_asked_for() {
    let endpoint = endpoint();
    let body = "<n:Enumerate/>";
    let header = "<w:RequestTotalItemsCountEstimate/>";
    let answer = ask(&endpoint, &envelope(uri::ENUMERATE, RESOURCE, header, body)).await;
    assert_eq!(answer.all("TotalItemsCountEstimate"), ["3"]);
    assert!(
        ask(&endpoint, &enumerate(""))
            .await
            .all("TotalItemsCountEstimate")
            .is_empty()
    );
}

#[tokio::test]
async fn selectors_can_be_a_filter() {
    let filter = format!(
        "<w:OptimizeEnumeration/><w:MaxElements>9</w:MaxElements><w:Filter Dialect=\"{}\"><w:SelectorSet><w:Selector \
         Name=\"shelf\">1</w:Selector><w:Selector Name=\"Lent\">TRUE</w:Selector></w:SelectorSet></w:Filter>",
        uri::SELECTOR_FILTER
    );
    let answer = ask(&endpoint(), &enumerate(&filter)).await;
    assert_eq!(answer.all("Title"), ["Öl & <Gas>"]);
}

#[tokio::test]
async fn answers_keep_to_the_size_that_the_client_allows() {
    let endpoint = endpoint_with(many(400), Limits::default());
    let header = "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>";
    let inside = "<n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>400</w:MaxElements></n:Enumerate>";
    let mut answer = ask(&endpoint, &envelope(uri::ENUMERATE, RESOURCE, header, inside)).await;
    let mut titles = answer.all("Title");
    assert!(!titles.is_empty());
    while let Some(context) = answer
        .all("EnumerationContext")
        .into_iter()
        .find(|context| !context.is_empty())
    {
        assert!(answer.text.len() <= 8192, "{}", answer.text.len());
        let body = format!(
            "<n:Pull><n:EnumerationContext>{context}</n:EnumerationContext><n:MaxElements>400</n:MaxElements></n:Pull>"
        );
        answer = ask(&endpoint, &envelope(uri::PULL, RESOURCE, header, &body)).await;
        titles.extend(answer.all("Title"));
    }
    let expected: Vec<_> = (0..400).map(|number| format!("Book {number}")).collect();
    assert_eq!(titles, expected);
}

#[tokio::test]
async fn one_instance_that_is_too_large_is_a_fault() {
    let endpoint = endpoint_with(
        Library::of(vec![book(&"x".repeat(9000), 1, None, false)]),
        Limits::default(),
    );
    let header = "<w:MaxEnvelopeSize>8192</w:MaxEnvelopeSize>";
    let body = "<n:Enumerate><w:OptimizeEnumeration/></n:Enumerate>";
    let answer: Answer = ask(&endpoint, &envelope(uri::ENUMERATE, RESOURCE, header, body)).await;
    assert_eq!(
        answer.fault(),
        ("w:EncodingLimit".to_owned(), "2150858824".to_owned())
    );
}

#[tokio::test]
async fn the_oldest_of_too_many_enumerations_ends() {
    let limits = Limits {
        contexts_per_caller: 10,
        ..Limits::default()
    };
    let endpoint = endpoint_with(many(5), limits);
    let mut contexts = Vec::new();
    for _ in 0..1000 {
        contexts.push(begin(&endpoint).await);
        assert!(endpoint.service().open_enumerations() <= 10);
    }
    assert_eq!(
        ask(&endpoint, &pull(&contexts[989], "")).await.fault().0,
        "n:InvalidEnumerationContext"
    );
    assert_eq!(
        ask(&endpoint, &pull(&contexts[990], "")).await.all("Title"),
        ["Book 0"]
    );
}
