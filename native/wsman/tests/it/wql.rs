//! WQL against an evaluator that is as simple as can be.

use licensing_wsman::Value;
use licensing_wsman::wql::{Columns, Dialect, Query, QueryError};
use proptest::prelude::*;

use crate::support::{BOOK, book};

fn wants(text: &str, row: &[Value]) -> bool {
    let query = Query::parse(&format!("SELECT * FROM Test_Book WHERE {text}"), Dialect::Wql)
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    query
        .bind(&BOOK)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .wants(row)
}

#[test]
fn conditions_hold_as_documented() {
    let row = book("Moby-Dick [50%]", 3, None, true);
    for text in [
        "Title = 'moby-dick [50%]'",
        "'MOBY-DICK [50%]' = Title",
        "Title LIKE 'moby%'",
        "Title LIKE '%[[]50[%]]'",
        "Title LIKE 'M[a-z]by_Dick%'",
        "Title LIKE 'm[^x-z]%'",
        "title like \"%DICK%\"",
        "NOT Title LIKE 'x%'",
        "shelf = 3",
        "shelf = '3'",
        "shelf = 0x3",
        "2 < shelf",
        "shelf>2 AND shelf<=3",
        "shelf <> 4 and shelf != 4",
        "Pages IS NULL",
        "Pages = NULL",
        "Pages <> 5",
        "NOT (Pages > 5)",
        "Author is null AND Title IS NOT NULL",
        "Lent",
        "Lent = TRUE",
        "Lent = 'true'",
        "Lent = 1",
        "Lent != FALSE",
        "Published > '20130415'",
        "Published = '20130415162838.500000+000'",
        "Published = '20130415172838.500000+060'",
        "Published < '2013-04-16'",
        "__THIS ISA 'Test_Book'",
        "__this isa test_book",
        "__CLASS = 'test_book'",
        "Test_Book.shelf = 3",
        "shelf = 9 OR shelf = 9 OR (shelf = 3 AND NOT shelf = 4)",
    ] {
        if text == "Lent" {
            // A property alone is no condition.
            assert!(Query::parse("SELECT * FROM Test_Book WHERE Lent", Dialect::Wql).is_err());
            continue;
        }
        assert!(wants(text, &row), "{text}");
        assert!(!wants(&format!("NOT ({text})"), &row), "NOT ({text})");
    }
}

#[test]
fn and_binds_before_or() {
    let row = book("a", 1, None, false);
    assert!(wants("shelf = 1 OR shelf = 2 AND shelf = 3", &row));
    assert!(!wants("(shelf = 1 OR shelf = 2) AND shelf = 3", &row));
    assert!(!wants("NOT shelf = 1 AND shelf = 2 OR shelf = 3", &row));
}

#[test]
fn escapes_count_in_text_but_not_in_patterns() {
    let row = book(r"C:\it's", 1, None, false);
    assert!(wants(r"Title = 'C:\\it\'s'", &row));
    assert!(wants(r#"Title LIKE "C:\%""#, &row));
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, expected) in [
        ("", "character 1: SELECT expected"),
        ("SELECT", "character 7: * or a list of properties expected"),
        ("SELECT a b", "character 10: FROM expected"),
        ("SELECT * FROM", "character 14: the name of a class expected"),
        (
            "SELECT * FROM a x",
            "character 17: the end of the query, WHERE, AND or OR expected",
        ),
        ("SELECT * FROM a WHERE b", "character 24: an operator expected"),
        ("SELECT * FROM a WHERE b = ", "character 27: a constant expected"),
        ("SELECT * FROM a WHERE b = c", "a constant expected"),
        ("SELECT * FROM a WHERE b = 'c", "the closing quote expected"),
        ("SELECT * FROM a WHERE (b = 1", "\")\", AND or OR expected"),
        ("SELECT * FROM a WHERE b LIKE 5", "a pattern in quotes expected"),
        ("SELECT * FROM a WHERE b IS 5", "NULL expected"),
        ("SELECT COUNT(*) FROM a", "no COUNT"),
    ] {
        let error = Query::parse(text, Dialect::Wql).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    assert!(Query::parse("SELECT Count,count FROM a WHERE Count > 1", Dialect::Wql).is_ok());
    assert!(matches!(
        Query::parse("SELECT * FROM a WHERE b LIKE 'x'", Dialect::Cql),
        Err(QueryError::NotSupported(_))
    ));
}

#[test]
fn constants_have_to_fit_their_property() {
    for text in [
        "Title = 5",
        "shelf = 'many'",
        "Lent > TRUE",
        "Lent = 'x'",
        "Published = 5",
        "Published = 'today'",
        "Nothing = 1",
        "shelf LIKE '1'",
        "shelf < NULL",
        "Title = TRUE",
    ] {
        let query = Query::parse(&format!("SELECT * FROM Test_Book WHERE {text}"), Dialect::Wql).unwrap();
        assert!(query.bind(&BOOK).is_err(), "{text}");
    }
    let query = Query::parse("SELECT shelf,TITLE,Shelf FROM Test_Book", Dialect::Wql).unwrap();
    assert_eq!(query.bind(&BOOK).unwrap().columns, Columns::Some(vec![1, 0]));
}

/// A condition of the tests.
#[derive(Debug, Clone)]
enum Tree {
    Shelf(&'static str, i64, bool),
    Pages(&'static str, Option<i64>),
    Title(&'static str, String),
    Like(String),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

fn operator() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["=", "<>", "!=", "<", ">", "<=", ">="])
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        (operator(), 0i64..5, any::<bool>()).prop_map(|(op, n, left)| Tree::Shelf(op, n, left)),
        (operator(), 0i64..5).prop_map(|(op, n)| Tree::Pages(op, Some(n))),
        prop::sample::select(vec!["=", "<>"]).prop_map(|op| Tree::Pages(op, None)),
        (operator(), "[abAB]{0,2}").prop_map(|(op, text)| Tree::Title(op, text)),
        "([aB%_]|\\[ab\\]|\\[\\^a\\]|\\[a-c\\]){0,5}".prop_map(Tree::Like),
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

/// Written with as few parentheses as the precedence needs.
fn written(tree: &Tree, level: u8) -> String {
    let wrapped = |text: String, own: u8| if own < level { format!("({text})") } else { text };
    match tree {
        Tree::Shelf(op, number, false) => format!("SHELF {op} {number}"),
        Tree::Shelf(op, number, true) => {
            let mirrored = match *op {
                "<" => ">",
                ">" => "<",
                "<=" => ">=",
                ">=" => "<=",
                other => other,
            };
            format!("{number}{mirrored}shelf")
        }
        Tree::Pages(op, Some(number)) => format!("Pages{op}'{number}'"),
        Tree::Pages("=", None) => "Pages IS NULL".to_owned(),
        Tree::Pages(_, None) => "Pages is not null".to_owned(),
        Tree::Title(op, text) => format!("Title {op} \"{text}\""),
        Tree::Like(pattern) => format!("Title LIKE '{pattern}'"),
        Tree::Not(a) => wrapped(format!("NOT {}", written(a, 2)), 2),
        Tree::And(a, b) => wrapped(format!("{} AND {}", written(a, 1), written(b, 1)), 1),
        Tree::Or(a, b) => wrapped(format!("{} or {}", written(a, 0), written(b, 0)), 0),
    }
}

fn compare<T: PartialOrd>(op: &str, a: &T, b: &T) -> bool {
    match op {
        "=" => a == b,
        "<>" | "!=" => a != b,
        "<" => a < b,
        ">" => a > b,
        "<=" => a <= b,
        _ => a >= b,
    }
}

fn holds(tree: &Tree, title: &str, shelf: i64, pages: Option<i64>) -> bool {
    match tree {
        Tree::Shelf(op, number, _) => compare(op, &shelf, number),
        Tree::Pages(op, Some(number)) => {
            pages.map_or(matches!(*op, "<>" | "!="), |pages| compare(op, &pages, number))
        }
        Tree::Pages(op, None) => (*op == "=") == pages.is_none(),
        Tree::Title(op, text) => compare(op, &title.to_lowercase(), &text.to_lowercase()),
        Tree::Like(pattern) => {
            let mut expression = String::from("(?is)^");
            let mut rest = pattern.chars();
            while let Some(c) = rest.next() {
                match c {
                    '%' => expression.push_str(".*"),
                    '_' => expression.push('.'),
                    '[' => {
                        expression.push('[');
                        expression.extend(rest.by_ref().take_while(|c| *c != ']'));
                        expression.push(']');
                    }
                    other => expression.push(other),
                }
            }
            expression.push('$');
            regex::Regex::new(&expression).unwrap().is_match(title)
        }
        Tree::Not(a) => !holds(a, title, shelf, pages),
        Tree::And(a, b) => holds(a, title, shelf, pages) && holds(b, title, shelf, pages),
        Tree::Or(a, b) => holds(a, title, shelf, pages) || holds(b, title, shelf, pages),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_condition_selects_what_the_simple_evaluator_selects(
        tree in tree(),
        rows in proptest::collection::vec(("[abcABC]{0,4}", 0u32..5, proptest::option::of(0u32..5)), 1..8),
    ) {
        let text = written(&tree, 0);
        for (title, shelf, pages) in rows {
            let row = book(&title, shelf, pages, false);
            let expected = holds(&tree, &title, shelf.into(), pages.map(i64::from));
            prop_assert_eq!(wants(&text, &row), expected, "{} on {:?}", text, row);
        }
    }
}
