//! Asks a server with the crate winrm-rs. Prints what it understood, as JSON.
//!
//! Usage: winrm-rs-client PORT ACCOUNT PASSWORD, over HTTPS: its first body on plain HTTP is not sealed.

use winrm_rs::{AuthMethod, WinrmClient, WinrmConfig, WinrmCredentials};

const NAMESPACE: &str = "root/citrixlicensing";
const ALL: &str = "SELECT PLD,Count,InUseCount FROM Citrix_GT_License_Pool";
const SOME: &str = "SELECT PLD FROM Citrix_GT_License_Pool WHERE PLD LIKE 'XDT%'";
const WRONG: &str = "SELECT * FROM Citrix_GT_Nothing";

fn client(port: u16, auth_method: AuthMethod, account: &str, password: &str) -> WinrmClient {
    let config = WinrmConfig {
        port,
        use_tls: true,
        accept_invalid_certs: true,
        auth_method,
        ..WinrmConfig::default()
    };
    WinrmClient::new(config, WinrmCredentials::new(account, password, "")).expect("a client")
}

async fn ask(client: &WinrmClient, query: &str) -> String {
    match client.run_wql("127.0.0.1", query, Some(NAMESPACE)).await {
        Ok(items) => items,
        Err(error) => format!("error: {error:?}"),
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, account, password] = arguments.as_slice() else {
        panic!("usage: winrm-rs-client PORT ACCOUNT PASSWORD");
    };
    let port = port.parse().expect("a port");
    let mut answers = serde_json::Map::new();
    for (name, way) in [("basic", AuthMethod::Basic), ("ntlm", AuthMethod::Ntlm)] {
        let right = client(port, way.clone(), account, password);
        let wrong = client(port, way, account, "wrong");
        let answer = serde_json::json!({
            "query": ask(&right, ALL).await,
            "filtered": ask(&right, SOME).await,
            "wrong_class": ask(&right, WRONG).await,
            "wrong_password": ask(&wrong, ALL).await,
        });
        answers.insert(name.to_owned(), answer);
    }
    println!("{}", serde_json::Value::Object(answers));
}
