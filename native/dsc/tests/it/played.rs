//! A license server as the tests play it: answers that are given, calls that are recorded.

use std::collections::BTreeMap;
use std::sync::Mutex;

use licensing_api::{ErrorCode, OperationId, Problem};
use licensing_dsc::Operations;
use serde_json::{Value, json};

/// Answers operations with what was put in, and lets changes be seen.
#[derive(Default)]
pub(crate) struct Played {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tables: BTreeMap<u32, Vec<Value>>,
    calls: Vec<(&'static str, Value)>,
    tokens: u32,
    deaf: bool,
}

impl Played {
    /// With these rows of a list, or this one object.
    pub(crate) fn with(self, operation: OperationId, rows: &[Value]) -> Self {
        self.state
            .lock()
            .unwrap()
            .tables
            .insert(operation.info().number, rows.to_vec());
        self
    }

    /// Takes changes and makes none.
    pub(crate) fn deaf(self) -> Self {
        self.state.lock().unwrap().deaf = true;
        self
    }

    /// The calls that change something, in their order.
    pub(crate) fn changes(&self) -> Vec<(&'static str, Value)> {
        self.state.lock().unwrap().calls.clone()
    }
}

impl Operations for Played {
    async fn call(&self, operation: OperationId, request: Value) -> Result<Value, Problem> {
        let info = operation.info();
        let mut state = self.state.lock().unwrap();
        if info.name.starts_with("Get") {
            let rows = state.tables.get(&info.number).cloned().unwrap_or_default();
            return match (info.rows, rows.first()) {
                (true, None) if operation == OperationId::GetAdministrators => {
                    Err(Problem::new(ErrorCode::NoUsers, "none"))
                }
                (true, Some(problem)) if problem.get("code").is_some() => {
                    Ok(json!({ "items": [], "problems": rows }))
                }
                (true, _) => Ok(json!({ "items": rows })),
                (false, _) if operation == OperationId::GetServerInfo => {
                    Ok(json!({ "hostName": "lic01.example.com" }))
                }
                (false, row) => Ok(row.cloned().unwrap_or_else(|| json!({}))),
            };
        }
        state.calls.push((info.name, request.clone()));
        if state.deaf {
            return Ok(json!({ "secret": "lst_1.deaf" }));
        }
        Ok(state.change(operation, request))
    }
}

impl State {
    fn table(&mut self, operation: OperationId) -> &mut Vec<Value> {
        self.tables.entry(operation.info().number).or_default()
    }

    fn change(&mut self, operation: OperationId, request: Value) -> Value {
        match operation {
            OperationId::NewAdministrator => {
                let account = request["account"].as_str().unwrap();
                let account = if account.contains('\\') {
                    account.to_owned()
                } else {
                    format!("LIC01\\{account}")
                };
                let row = json!({
                    "account": account,
                    "accountSid": "S-1-5-21-1",
                    "group": request["group"].as_bool().unwrap_or(false),
                    "permissions": request["permissions"].as_str().unwrap_or("ReadOnly"),
                    "passwordSet": request.get("password").is_some(),
                    "ntlm": request["ntlm"].as_bool().unwrap_or(false),
                });
                self.table(OperationId::GetAdministrators).push(row.clone());
                row
            }
            OperationId::SetAdministrator => {
                let rows = self.table(OperationId::GetAdministrators);
                let row = rows
                    .iter_mut()
                    .find(|row| row["account"] == request["identity"])
                    .unwrap();
                if let Some(level) = request.get("permissions") {
                    row["permissions"] = level.clone();
                }
                if request.get("password").is_some() {
                    row["passwordSet"] = true.into();
                }
                row.clone()
            }
            OperationId::RemoveAdministrator => {
                let rows = self.table(OperationId::GetAdministrators);
                rows.retain(|row| row["account"] != request["identity"]);
                json!({})
            }
            OperationId::NewToken => {
                self.tokens += 1;
                let id = format!("new-{}", self.tokens);
                self.table(OperationId::GetTokens).push(json!({
                    "tokenId": id,
                    "name": request["name"],
                    "account": "LIC01\\admin",
                    "scope": request["scope"].as_str().unwrap_or("Administration"),
                    "permissions": request["permissions"].as_str().unwrap_or("ReadOnly"),
                    "created": "2026-11-01T00:00:00Z",
                    "expires": "2027-02-01T00:00:00Z",
                }));
                json!({ "secret": format!("lst_{id}.very-secret"), "tokenId": id })
            }
            OperationId::RemoveToken => {
                self.table(OperationId::GetTokens)
                    .retain(|row| row["tokenId"] != request["tokenId"]);
                json!({})
            }
            OperationId::SetManagementService | OperationId::SetCeipOption => {
                let read = if operation == OperationId::SetCeipOption {
                    OperationId::GetCeipOption
                } else {
                    OperationId::GetManagementService
                };
                let row = &mut self.table(read)[0];
                for (name, value) in request.as_object().unwrap() {
                    if name == "registrationCode" {
                        row["organization"] = "Example Ltd".into();
                    } else {
                        row[name] = value.clone();
                    }
                }
                row.clone()
            }
            OperationId::SetConfiguration => {
                for setting in request["settings"].as_array().unwrap() {
                    let (name, value) = setting.as_str().unwrap().split_once('=').unwrap();
                    let rows = self.table(OperationId::GetConfiguration);
                    let row = rows.iter_mut().find(|row| row["name"] == name).unwrap();
                    let field = if row["applies"] == "AtOnce" {
                        "value"
                    } else {
                        "waiting"
                    };
                    row[field] = value.into();
                }
                json!({})
            }
            OperationId::SetOptions => {
                let rows = self.table(OperationId::GetOptions);
                rows.retain(|row| row["vendor"] != request["vendor"]);
                let content = request["content"].as_str().unwrap();
                assert!(
                    !content.trim().is_empty(),
                    "a server takes no file without a line"
                );
                let lines = content.lines();
                rows.extend(lines.map(|line| json!({ "vendor": request["vendor"], "text": line })));
                json!({})
            }
            other => panic!("nobody plays {}", other.info().name),
        }
    }
}
