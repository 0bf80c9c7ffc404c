#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use super::*;

const SHOP: &str = r#"
from flask import Flask as F, request
import os.path
import numpy as np
from .models import db
from . import views as v
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from celery import Celery
    fake = Celery("x")

BASE = __import__("x").y
ROOT = BASE_DIR / "static"
APPS = ["a", "b"] + ["c"]

def create_app(config, *, debug=False, name: str, **rest):
    app = F(__name__)
    return app

class Shop(F):
    limit = 3

@app.route("/health")
def health(): ...

app = application = create_app("x")
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8080)
else:
    other()
"#;

#[test]
fn an_outline_holds_what_the_file_says() {
    for source in [SHOP.to_owned(), SHOP.replace('\n', "\r\n")] {
        let outline = outline(source.as_bytes()).unwrap();
        let bound: Vec<_> = outline.imports.iter().map(|i| i.bound.as_str()).collect();
        assert_eq!(
            bound,
            [
                "F",
                "request",
                "os.path",
                "np",
                "db",
                "v",
                "TYPE_CHECKING",
                "Celery"
            ]
        );
        assert_eq!(outline.imports[4].dots, 1);
        assert!(outline.imports[7].within.typing);
        let create = &outline.functions[0];
        assert_eq!(create.required, ["config", "name"]);
        assert_eq!(create.line, 16);
        assert_eq!(outline.functions[1].decorators[0].callee, "app.route");
        assert_eq!(outline.classes[0].bases, ["F"]);
        assert_eq!(outline.guard, Some(27));
        let run = outline
            .calls
            .iter()
            .find(|c| c.value.callee == "app.run")
            .unwrap();
        assert!(run.within.guard);
        assert_eq!(
            run.value.argument("port", 1).unwrap().as_setting(),
            Some("8080")
        );
        let other = outline
            .calls
            .iter()
            .find(|c| c.value.callee == "other")
            .unwrap();
        assert!(other.within.module_level());
        let named = |name: &str| outline.assigns.iter().find(|a| a.target == name).unwrap();
        assert!(matches!(named("application").value, Value::Call(_)));
        assert!(matches!(named("app").value, Value::Call(_)));
        assert_eq!(
            named("APPS").value,
            Value::List(["a", "b", "c"].map(|x| Value::Text(x.into())).into())
        );
        assert!(!named("limit").within.module_level());
    }
}

#[test]
fn a_broken_file_gives_what_can_be_read() {
    let broken = b"from flask import Flask\napp = Flask(__name__)\ndef (:\n  ]]\n\nprint(1)\n";
    let outline = outline(broken).unwrap();
    assert_eq!(outline.assigns[0].target, "app");
    assert_eq!(outline.broken, Some(3));
}

#[test]
fn the_first_line_that_is_no_python_3_is_told() {
    for (source, line) in [
        ("import os\nprint 'hello'\n", Some(2)),
        ("import os\n\nexec 'x = 1' in {}\n", Some(3)),
        (
            "try:\n    pass\nexcept ValueError, error:\n    print error\n",
            Some(4),
        ),
        ("x = 1\napp = Flask(__name__\n", Some(2)),
        // New syntax is no error: PEP 634, 654, 695, 701.
        (
            "match x:\n    case {'a': [1, *rest]} if rest:\n        print(rest)\n",
            None,
        ),
        (
            "try:\n    f()\nexcept* ValueError as group:\n    pass\n",
            None,
        ),
        (
            "type A[T] = list[T]\ndef f[T: int](x: T) -> T: return x\nclass B[T]: pass\n",
            None,
        ),
        (
            "print(f\"{x['a']!r:>{w}}\", file=out)\nasync def g():\n    return [y async for y in z]\n",
            None,
        ),
        ("def f(a, /, b, *, c): return (n := a)\n", None),
    ] {
        assert_eq!(outline(source.as_bytes()).unwrap().broken, line, "{source}");
    }
}

#[test]
fn hostile_bytes_neither_crash_nor_hang() {
    assert!(outline(b"app = 1\0").is_none());
    assert!(outline(b"# caf\xe9\napp = Flask('caf\xe9')\n").is_some());
    let mut deep = vec![b'('; 200_000];
    deep.extend(b"app");
    let _ = outline(&deep);
    let _ = outline("if x:\n".repeat(3_000).as_bytes());
    let mut nested = String::new();
    for depth in 0..900 {
        nested.push_str(&" ".repeat(depth));
        nested.push_str("if x:\n");
    }
    let _ = outline(nested.as_bytes());
    let _ = outline("@a\ndef f(): 0\n".repeat(30_000).as_bytes());
    let _ = outline("a.".repeat(100_000).as_bytes());
    let _ = outline("f(".repeat(100_000).as_bytes());
    let _ = outline("'''".repeat(100_000).as_bytes());
    let _ = outline("class A(Flask): x = [1,\n".repeat(5_000).as_bytes());
}
