//! What a condition says of its columns.

use datafusion::common::DFSchema;
use datafusion::execution::SessionStateDefaults;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, DynamicFilterPhysicalExpr, Literal, lit};
use datafusion::prelude::SessionContext;

use super::super::Predicate;
use super::*;

/// The condition as it is planned, without the simplifications of a query.
fn condition(text: &str) -> Predicate {
    let schema = DFSchema::try_from(Table::Nodes.schema(DIMENSION)).unwrap();
    let context = SessionContext::new();
    for function in SessionStateDefaults::default_scalar_functions() {
        context.register_udf((*function).clone());
    }
    let expression = context.parse_sql_expr(text, &schema).unwrap();
    Predicate::new(context.create_physical_expr(expression, &schema).unwrap())
}

fn place(name: &str) -> usize {
    Table::Nodes.column(name).unwrap()
}

#[test]
fn texts_are_those_that_the_column_may_be() {
    for (text, expected) in [
        ("path = 'a'", Some(vec!["a"])),
        ("'a' = path", Some(vec!["a"])),
        ("path in ('b', 'a', 'b')", Some(vec!["a", "b"])),
        ("path = 'a' or path = 'b'", Some(vec!["a", "b"])),
        ("path = 'a' and id = 1", Some(vec!["a"])),
        ("path in ('a', 'b') and path in ('b', 'c')", Some(vec!["b"])),
        ("path = 'a' and path = 'b'", Some(vec![])),
        ("path = null", Some(vec![])),
        ("path in ('a', null)", Some(vec!["a"])),
        ("false", Some(vec![])),
        ("path = cast('a' as text)", Some(vec!["a"])),
        ("path = 'a' or id = 1", None),
        ("path not in ('a')", None),
        ("path != 'a'", None),
        ("path > 'a'", None),
        ("name = 'a'", None),
        ("upper(path) = 'A'", None),
        ("path = name", None),
        ("true", None),
        ("not (path = 'a')", None),
    ] {
        let expected: Option<Vec<String>> = expected.map(|texts| texts.into_iter().map(str::to_owned).collect());
        assert_eq!(condition(text).texts(place("path")), expected, "{text}");
    }
}

#[test]
fn numbers_are_those_that_the_column_may_be() {
    for (text, expected) in [
        ("id = 7", Some(vec![7])),
        ("id = cast(7 as int)", Some(vec![7])),
        ("id = -7", Some(vec![])),
        ("id in (3, 1) or id = 2", Some(vec![1, 2, 3])),
        ("id = 18446744073709551615", Some(vec![u64::MAX])),
        ("id > 7", None),
        ("id + 1 = 7", None),
        ("start_line = 7", None),
    ] {
        assert_eq!(condition(text).numbers(place("id")), expected, "{text}");
    }
}

#[test]
fn a_prefix_is_what_the_column_begins_with() {
    for (text, expected) in [
        ("path like 'src/%'", Some("src/")),
        ("path like 's_c/%'", Some("s")),
        ("path like 'a\\%b%'", Some("a")),
        ("starts_with(path, 'src/')", Some("src/")),
        ("path like 'src/%' and path like 'src/a%'", Some("src/a")),
        ("path like 'src/%' and id = 1", Some("src/")),
        ("path like '%src'", None),
        ("path ilike 'src/%'", None),
        ("path not like 'src/%'", None),
        ("path like 'src/%' or path like 'lib/%'", None),
        ("name like 'src/%'", None),
        ("starts_with(path, null)", None),
    ] {
        assert_eq!(condition(text).prefix(place("path")).as_deref(), expected, "{text}");
    }
}

#[test]
fn rows_match_that_meet_the_condition_for_sure() {
    let all = numbered(Table::Nodes, 0, 6);
    for (text, expected) in [
        ("id = 3", vec![3]),
        ("doc = 'doc_1' or id = 2", vec![1, 2]),
        // The documentation of row 4 is null.
        ("doc != 'doc_1'", vec![0, 2, 3, 5]),
        ("doc is null and name = 'name_4'", vec![4]),
        ("true", vec![0, 1, 2, 3, 4, 5]),
        ("null", vec![]),
        ("end_line > 1 and name like 'name%' and id < 4", vec![2, 3]),
    ] {
        let condition = condition(text);
        assert!(condition.columns().is_sorted());
        let matches = condition.matches(&all.project(condition.columns()).unwrap()).unwrap();
        let found: Vec<usize> = (0..6).filter(|&row| matches.value(row)).collect();
        assert_eq!((found, matches.len()), (expected, 6), "{text}");
    }
}

#[test]
fn a_condition_that_becomes_stricter_is_asked_anew() {
    let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new("id", place("id")));
    let filter = Arc::new(DynamicFilterPhysicalExpr::new(vec![Arc::clone(&column)], lit(true)));
    let condition = Predicate::new(Arc::clone(&filter) as _);
    let ids = numbered(Table::Nodes, 0, 6).project(condition.columns()).unwrap();
    assert_eq!((condition.matches(&ids).unwrap().true_count(), condition.numbers(place("id"))), (6, None));
    let seven = Arc::new(Literal::new(3u64.into()));
    filter.update(Arc::new(BinaryExpr::new(column, Operator::Eq, seven))).unwrap();
    assert_eq!((condition.matches(&ids).unwrap().true_count(), condition.numbers(place("id"))), (1, Some(vec![3])));
}
