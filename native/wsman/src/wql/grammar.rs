//! From text to [`Query`].

use winnow::ascii::{digit1, multispace0};
use winnow::combinator::{alt, cut_err, delimited, not, opt, preceded, repeat, separated, terminated};
use winnow::error::{ContextError, ErrMode, StrContext, StrContextValue};
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location};
use winnow::token::{any, none_of, one_of, take_while};

use super::{Comparison, Condition, Literal, MAX_DEPTH, Query, QueryError};

type Input<'a> = LocatingSlice<&'a str>;

/// A side of a comparison.
enum Operand {
    Property(String),
    Constant(Literal),
}

/// Reads a whole query.
pub(super) fn parse(text: &str) -> Result<Query, QueryError> {
    let mut input = LocatingSlice::new(text);
    query.parse_next(&mut input).map_err(|error| {
        let position = text
            .get(..input.current_token_start())
            .map_or(0, |before| before.chars().count())
            + 1;
        explain(error, position)
    })
}

fn explain(error: ErrMode<ContextError>, position: usize) -> QueryError {
    let Ok(inner) = error.into_inner() else {
        return syntax(position, "the text ends too early".to_owned());
    };
    let mut expected: Vec<&str> = Vec::new();
    for context in inner.context() {
        match context {
            StrContext::Label(TOO_DEEP) => {
                return QueryError::TooComplex("it is nested more than 32 levels deep");
            }
            StrContext::Label(COUNT) => {
                return QueryError::NotSupported(
                    "WQL has no COUNT for instances; ask for the TotalItemsCountEstimate of an enumeration",
                );
            }
            StrContext::Expected(StrContextValue::Description(text)) => expected.push(text),
            StrContext::Expected(_) | StrContext::Label(_) => {}
            _ => {}
        }
    }
    let expected = match expected.first() {
        Some(text) => format!("{text} expected"),
        None => "this is not WQL".to_owned(),
    };
    syntax(position, expected)
}

fn syntax(position: usize, expected: String) -> QueryError {
    QueryError::Syntax { position, expected }
}

const TOO_DEEP: &str = "nested too deeply";
const COUNT: &str = "COUNT";

fn expected(what: &'static str) -> StrContext {
    StrContext::Expected(StrContextValue::Description(what))
}

fn query(input: &mut Input<'_>) -> ModalResult<Query> {
    multispace0.parse_next(input)?;
    keyword("SELECT").context(expected("SELECT")).parse_next(input)?;
    opt(preceded(count, cut_err(nothing)).context(StrContext::Label(COUNT))).parse_next(input)?;
    let columns = cut_err(columns)
        .context(expected("* or a list of properties"))
        .parse_next(input)?;
    cut_err(keyword("FROM"))
        .context(expected("FROM"))
        .parse_next(input)?;
    let class = cut_err(name)
        .context(expected("the name of a class"))
        .parse_next(input)?;
    let condition = match opt(keyword("WHERE")).parse_next(input)? {
        Some(()) => Some(cut_err(|input: &mut Input<'_>| any_of(input, 0)).parse_next(input)?),
        None => None,
    };
    cut_err(not(any))
        .context(expected("the end of the query, WHERE, AND or OR"))
        .parse_next(input)?;
    Ok(Query {
        columns,
        class,
        condition,
    })
}

fn nothing(input: &mut Input<'_>) -> ModalResult<()> {
    winnow::combinator::fail.parse_next(input)
}

fn count(input: &mut Input<'_>) -> ModalResult<()> {
    (keyword("COUNT"), symbol("(")).void().parse_next(input)
}

fn columns(input: &mut Input<'_>) -> ModalResult<Option<Vec<String>>> {
    alt((
        symbol("*").value(None),
        separated(1.., property, symbol(",")).map(Some),
    ))
    .parse_next(input)
}

/// `a OR b OR …`
fn any_of(input: &mut Input<'_>, depth: usize) -> ModalResult<Condition> {
    let mut parts: Vec<Condition> =
        separated(1.., |input: &mut Input<'_>| all_of(input, depth), keyword("OR")).parse_next(input)?;
    Ok(match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => Condition::Or(parts.into_iter().chain(last).collect()),
    })
}

/// `a AND b AND …`
fn all_of(input: &mut Input<'_>, depth: usize) -> ModalResult<Condition> {
    let mut parts: Vec<Condition> =
        separated(1.., |input: &mut Input<'_>| negated(input, depth), keyword("AND")).parse_next(input)?;
    Ok(match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => Condition::And(parts.into_iter().chain(last).collect()),
    })
}

/// `NOT a`, `(a)` or a comparison.
fn negated(input: &mut Input<'_>, depth: usize) -> ModalResult<Condition> {
    if depth > MAX_DEPTH {
        return cut_err(winnow::combinator::fail)
            .context(StrContext::Label(TOO_DEEP))
            .parse_next(input);
    }
    if opt(keyword("NOT")).parse_next(input)?.is_some() {
        let part = cut_err(|input: &mut Input<'_>| negated(input, depth + 1)).parse_next(input)?;
        return Ok(Condition::Not(Box::new(part)));
    }
    if opt(symbol("(")).parse_next(input)?.is_some() {
        let part = cut_err(|input: &mut Input<'_>| any_of(input, depth + 1)).parse_next(input)?;
        cut_err(symbol(")"))
            .context(expected("\")\", AND or OR"))
            .parse_next(input)?;
        return Ok(part);
    }
    comparison(input)
}

fn comparison(input: &mut Input<'_>) -> ModalResult<Condition> {
    let left = operand
        .context(expected("a property or a constant"))
        .parse_next(input)?;
    let right = || cut_err(operand).context(expected("a constant"));
    match left {
        Operand::Constant(constant) => {
            let comparison = cut_err(operator)
                .context(expected("an operator"))
                .parse_next(input)?;
            match right().parse_next(input)? {
                Operand::Property(name) => Ok(Condition::Compare(name, comparison.mirrored(), constant)),
                Operand::Constant(_) => refuse(input, "a property"),
            }
        }
        Operand::Property(name) => {
            if let Some(condition) = opt(|input: &mut Input<'_>| worded(input, &name)).parse_next(input)? {
                return Ok(condition);
            }
            let comparison = cut_err(operator)
                .context(expected("an operator"))
                .parse_next(input)?;
            match right().parse_next(input)? {
                Operand::Constant(constant) => Ok(Condition::Compare(name, comparison, constant)),
                Operand::Property(_) => refuse(input, "a constant"),
            }
        }
    }
}

fn refuse(input: &mut Input<'_>, what: &'static str) -> ModalResult<Condition> {
    cut_err(winnow::combinator::fail)
        .context(expected(what))
        .parse_next(input)
}

/// What follows a property in words: `LIKE`, `IS NULL`, `IS NOT NULL`, `ISA`.
fn worded(input: &mut Input<'_>, name: &str) -> ModalResult<Condition> {
    let word = word.parse_next(input)?;
    if word.eq_ignore_ascii_case("LIKE") {
        let pattern = cut_err(pattern)
            .context(expected("a pattern in quotes"))
            .parse_next(input)?;
        return Ok(Condition::Like(name.to_owned(), pattern));
    }
    if word.eq_ignore_ascii_case("IS") {
        let negative = opt(keyword("NOT")).parse_next(input)?.is_some();
        cut_err(keyword("NULL"))
            .context(expected("NULL"))
            .parse_next(input)?;
        let comparison = if negative {
            Comparison::NotEqual
        } else {
            Comparison::Equal
        };
        return Ok(Condition::Compare(name.to_owned(), comparison, Literal::Null));
    }
    if word.eq_ignore_ascii_case("ISA") && name.eq_ignore_ascii_case("__THIS") {
        let class = cut_err(alt((name_of_class, string)))
            .context(expected("the name of a class"))
            .parse_next(input)?;
        return Ok(Condition::Isa(class));
    }
    winnow::combinator::fail.parse_next(input)
}

fn operator(input: &mut Input<'_>) -> ModalResult<Comparison> {
    alt((
        symbol("<>").value(Comparison::NotEqual),
        symbol("!=").value(Comparison::NotEqual),
        symbol("<=").value(Comparison::LessOrEqual),
        symbol(">=").value(Comparison::GreaterOrEqual),
        symbol("<").value(Comparison::Less),
        symbol(">").value(Comparison::Greater),
        symbol("=").value(Comparison::Equal),
    ))
    .parse_next(input)
}

fn operand(input: &mut Input<'_>) -> ModalResult<Operand> {
    alt((constant.map(Operand::Constant), property.map(Operand::Property))).parse_next(input)
}

fn constant(input: &mut Input<'_>) -> ModalResult<Literal> {
    alt((
        keyword("NULL").value(Literal::Null),
        keyword("TRUE").value(Literal::Boolean(true)),
        keyword("FALSE").value(Literal::Boolean(false)),
        string.map(Literal::Text),
        number.map(Literal::Integer),
    ))
    .parse_next(input)
}

fn number(input: &mut Input<'_>) -> ModalResult<i64> {
    let hexadecimal = preceded(
        alt(("0x", "0X")),
        take_while(1.., |c: char| c.is_ascii_hexdigit())
            .try_map(|digits: &str| i64::from_str_radix(digits, 16)),
    );
    let decimal = (opt(one_of(['-', '+'])), digit1)
        .take()
        .try_map(|text: &str| text.parse());
    let end = not(one_of(|c: char| c.is_alphanumeric() || c == '.' || c == '_'));
    blanks_after(terminated(alt((hexadecimal, decimal)), end)).parse_next(input)
}

/// Text in quotes, with backslash escapes.
fn string(input: &mut Input<'_>) -> ModalResult<String> {
    let text = |quote: char| {
        let character = alt((
            preceded('\\', one_of(['\\', '"', '\''])),
            none_of(move |c| c == quote),
        ));
        let end = cut_err(quote).context(expected("the closing quote"));
        delimited(quote, repeat(0.., character), end)
    };
    blanks_after(alt((text('\''), text('"')))).parse_next(input)
}

/// A pattern in quotes, which has no escapes.
fn pattern(input: &mut Input<'_>) -> ModalResult<String> {
    let text = |quote: char| {
        let end = cut_err(quote).context(expected("the closing quote"));
        delimited(quote, take_while(0.., move |c| c != quote), end).map(str::to_owned)
    };
    blanks_after(alt((text('\''), text('"')))).parse_next(input)
}

/// A property, also as `class.property`.
fn property(input: &mut Input<'_>) -> ModalResult<String> {
    let first = name.parse_next(input)?;
    let second = opt(preceded(symbol("."), cut_err(name))).parse_next(input)?;
    Ok(second.unwrap_or(first))
}

fn name_of_class(input: &mut Input<'_>) -> ModalResult<String> {
    name.parse_next(input)
}

/// A name that is none of the words that end a list or a condition.
fn name(input: &mut Input<'_>) -> ModalResult<String> {
    const RESERVED: [&str; 8] = ["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "LIKE", "IS"];
    word.verify(|word: &str| {
        !RESERVED
            .iter()
            .any(|reserved| reserved.eq_ignore_ascii_case(word))
    })
    .map(str::to_owned)
    .parse_next(input)
}

fn word<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    let first = one_of(|c: char| c.is_alphabetic() || c == '_');
    let rest = take_while(0.., |c: char| c.is_alphanumeric() || c == '_');
    blanks_after((first, rest).take()).parse_next(input)
}

fn keyword<'a>(expected: &'static str) -> impl ModalParser<Input<'a>, (), ContextError> {
    word.verify(move |word: &str| word.eq_ignore_ascii_case(expected))
        .void()
}

fn symbol<'a>(expected: &'static str) -> impl ModalParser<Input<'a>, (), ContextError> {
    blanks_after(expected).void()
}

fn blanks_after<'a, O>(
    parser: impl ModalParser<Input<'a>, O, ContextError>,
) -> impl ModalParser<Input<'a>, O, ContextError> {
    terminated(parser, multispace0)
}
