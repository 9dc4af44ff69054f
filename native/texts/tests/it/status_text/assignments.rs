use jiff::civil::date;
use licensing_texts::status_text::{
    Assignee, Assignment, AssignmentEvent, ListOptions, assignment_events, assignment_list,
    export_assignments,
};
use proptest::prelude::*;

fn assignment(assignee: Assignee, name: &str, feature: &str) -> Assignment {
    Assignment {
        assignee,
        name: name.to_owned(),
        feature: feature.to_owned(),
        version: "2017.1201".to_owned(),
        checked_out: date(2017, 9, 4).at(13, 41, 7, 0),
        until: date(2017, 12, 3).at(13, 41, 7, 0),
    }
}

fn some() -> Vec<Assignment> {
    vec![
        assignment(Assignee::Device, "pc-7", "XDT_ENT_UD"),
        assignment(Assignee::User, "u01.01", "XDT_ENT_UD"),
        assignment(Assignee::User, "Marta Rossi", "XDT_PLT_UD"),
    ]
}

#[test]
fn the_list_has_users_then_devices() {
    let list = |options| assignment_list(&some(), options);
    let head = "Usage data is 0 minutes old. Next update in 15 minutes.\n";
    let plain = ListOptions {
        next_update_minutes: 15,
        ..ListOptions::default()
    };
    assert_eq!(
        list(plain),
        format!("{head}Users:\n u01.01 XDT_ENT_UD\n Marta Rossi XDT_PLT_UD\nDevices:\n pc-7 XDT_ENT_UD\n")
    );
    assert_eq!(
        list(ListOptions {
            versions: true,
            feature: Some("xdt_ent_ud"),
            ..plain
        }),
        format!("{head}Users:\n u01.01 XDT_ENT_UD 2017.1201\nDevices:\n pc-7 XDT_ENT_UD 2017.1201\n")
    );
    assert_eq!(
        list(ListOptions {
            times: true,
            feature: Some("XDT_PLT_UD"),
            ..plain
        }),
        format!("{head}Users:\n Marta Rossi XDT_PLT_UD 2017.1201 (Mon Sep 04 13:41:07 2017)\nDevices:\n")
    );
}

#[test]
fn events_come_in_the_order_of_time() {
    let event = |hour, begins, user: &str, device: &str| AssignmentEvent {
        at: date(2017, 9, 14).at(hour, 0, 0, 0),
        begins,
        user: user.to_owned(),
        device: device.to_owned(),
        feature: "XDT_ENT_UD".to_owned(),
        version: "2017.1201".to_owned(),
    };
    let text = assignment_events(&[
        event(9, false, "anna", "desk 1"),
        event(8, true, "anna", "desk 1"),
        event(8, true, "bert\nx", ""),
    ]);
    assert_eq!(
        text,
        "(Thu Sep 14 08:00:00 2017) assigned user anna device desk 1 XDT_ENT_UD 2017.1201\n\
         (Thu Sep 14 08:00:00 2017) assigned user bert?x XDT_ENT_UD 2017.1201\n\
         (Thu Sep 14 09:00:00 2017) released user anna device desk 1 XDT_ENT_UD 2017.1201\n"
    );
}

#[test]
fn the_export_is_a_table_that_no_name_can_break() {
    let rows = [
        assignment(Assignee::User, "Rossi, \"Marta\"", "XDT_ENT_UD"),
        assignment(Assignee::Device, "=cmd|' /C calc'!A0", "XDT_ENT_UD"),
    ];
    assert_eq!(
        export_assignments(&rows),
        "Type,Name,Feature,Version,CheckedOut,Until\r\n\
         user,\"Rossi, \"\"Marta\"\"\",XDT_ENT_UD,2017.1201,2017-09-04 13:41:07,2017-12-03 13:41:07\r\n\
         device,'=cmd|' /C calc'!A0,XDT_ENT_UD,2017.1201,2017-09-04 13:41:07,2017-12-03 13:41:07\r\n"
    );
}

/// Reads RFC 4180 by its grammar.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(characters.next(), Some('\n'));
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    rows
}

proptest! {
    #[test]
    fn the_export_is_read_back(names in prop::collection::vec("[a-zé\"', \r\n;=+@-]{0,8}", 0..6)) {
        let rows: Vec<_> = names.iter().map(|name| assignment(Assignee::User, name, "F")).collect();
        let read = read_csv(&export_assignments(&rows));
        prop_assert_eq!(read.len(), rows.len() + 1);
        for (row, name) in read[1..].iter().zip(&names) {
            prop_assert_eq!(row.len(), 6);
            let formula = name.starts_with(['=', '+', '-', '@', '\r']);
            let expected = if formula { format!("'{name}") } else { name.clone() };
            prop_assert_eq!(&row[1], &expected);
        }
    }

    #[test]
    fn the_list_has_a_line_for_each(names in prop::collection::vec(any::<String>(), 0..6)) {
        let rows: Vec<_> = names.iter().map(|name| assignment(Assignee::Device, name, "F")).collect();
        let text = assignment_list(&rows, ListOptions { times: true, ..ListOptions::default() });
        prop_assert_eq!(text.lines().count(), names.len() + 3);
    }
}
