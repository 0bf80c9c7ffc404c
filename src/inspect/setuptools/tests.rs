#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::inspect::testing::project;

fn read_files(files: &[(&str, &str)]) -> Option<Setuptools> {
    let crlf: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (*name, text.replace('\n', "\r\n")))
        .collect();
    let crlf: Vec<(&str, &str)> = crlf
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let run =
        |files: &[(&str, &str)]| super::read(&project(files, "").1, "", &mut Vec::new()).unwrap();
    let found = run(files);
    assert_eq!(found, run(&crlf));
    found
}

fn names(found: &[Requirement]) -> Vec<String> {
    found
        .iter()
        .map(|found| format!("{}:{}", found.name.clone().unwrap(), found.at.line))
        .collect()
}

const CONFIG: &str = "[metadata]\nname = shop\nversion = attr: shop.__version__\n\n[options]\npython_requires = >=3.10\ninstall_requires =\n    flask>=3\n    # why\n    psycopg2 ; sys_platform == 'linux'\n\n[options.extras_require]\ns3 = boto3; botocore\n\n[options.entry_points]\nconsole_scripts =\n    shop = shop.cli:main\n";

#[test]
fn entry_points_may_be_one_text_with_sections() {
    let script = "from setuptools import setup\nsetup(\n    name='shop',\n    entry_points=\"\"\"\n        [console_scripts]\n        shop=shop.cli:main\n\n        [shop.plugins]\n        x=shop.x\n    \"\"\",\n)\n";
    let found = read_files(&[("setup.py", script)]).unwrap();
    assert_eq!(found.scripts.len(), 1);
    assert_eq!(found.scripts[0].value.target, "shop.cli:main");
    assert_eq!(found.scripts[0].at.line, 6);
}

#[test]
fn setup_cfg_is_read_with_lines() {
    let found = read_files(&[("setup.cfg", CONFIG)]).unwrap();
    assert_eq!(found.name.unwrap().value, "shop");
    assert_eq!(found.version, None);
    assert_eq!(found.requires_python.unwrap().at.line, 6);
    assert_eq!(
        names(&found.dependencies.unwrap()),
        ["flask:8", "psycopg2:10"]
    );
    assert_eq!(names(&found.extras["s3"]), ["boto3:13", "botocore:13"]);
    assert_eq!(
        found.scripts[0].value,
        Script {
            name: "shop".into(),
            target: "shop.cli:main".into()
        }
    );
}

#[test]
fn a_setup_cfg_of_other_tools_is_no_project() {
    assert_eq!(
        read_files(&[("setup.cfg", "[flake8]\nmax-line-length = 100\n")]),
        None
    );
}

#[test]
fn setup_cfg_may_name_a_file() {
    let files = [
        (
            "setup.cfg",
            "[options]\ninstall_requires = file: requirements.txt\n",
        ),
        ("requirements.txt", "flask\n"),
    ];
    assert_eq!(
        names(&read_files(&files).unwrap().dependencies.unwrap()),
        ["flask:1"]
    );
}

#[test]
fn setup_py_is_read_as_syntax() {
    let script = "import setuptools\nVERSION = '1.2'\nbase = [\n    'flask>=3',  # web\n    \"redis\",\n]\nextra = dict()\nsetuptools.setup(\n    name='shop',\n    version=VERSION,\n    python_requires='>=3.9',\n    install_requires=base + ['celery'],\n    extras_require={'pg': ['psycopg2'], 'x': extra},\n    entry_points={'console_scripts': ['shop=shop.cli:main']},\n)\n";
    let found = read_files(&[("setup.py", script)]).unwrap();
    assert_eq!(
        (found.name.unwrap().at.line, found.version.as_deref()),
        (9, Some("1.2"))
    );
    assert_eq!(
        names(&found.dependencies.unwrap()),
        ["flask:4", "redis:5", "celery:12"]
    );
    assert_eq!(names(&found.extras["pg"]), ["psycopg2:13"]);
    assert_eq!(
        (
            found.requires_python.unwrap().value.as_str(),
            found.scripts[0].value.name.as_str()
        ),
        (">=3.9", "shop")
    );
}

#[test]
fn files_that_are_installed_as_commands_are_scripts() {
    let script = "from setuptools import setup\nsetup(\n    name='shop',\n    scripts=['bin/shop-server', 'shop-rpc'],\n)\n";
    let found = read_files(&[("setup.py", script)]).unwrap();
    let scripts: Vec<String> = found
        .scripts
        .iter()
        .map(|found| format!("{} {} {}", found.value.name, found.value.target, found.at))
        .collect();
    assert_eq!(
        scripts,
        [
            "shop-server bin/shop-server setup.py:4",
            "shop-rpc shop-rpc setup.py:4"
        ]
    );
    let config =
        "[metadata]\nname = shop\n[options]\nscripts =\n    bin/shop\n    bin/shop-admin\n";
    let found = read_files(&[("setup.cfg", config)]).unwrap();
    assert_eq!(found.scripts[1].value.name, "shop-admin");
    assert_eq!(found.scripts[1].at.line, 6);
}

#[test]
fn computed_dependencies_are_unknown_not_none() {
    let script = "from setuptools import setup\nsetup(name='x', install_requires=open('requirements.txt').read().splitlines())\n";
    assert_eq!(
        read_files(&[("setup.py", script)]).unwrap().dependencies,
        None
    );
    assert_eq!(
        read_files(&[("setup.py", "from setuptools import setup\nsetup()\n")])
            .unwrap()
            .dependencies,
        Some(vec![])
    );
    let interpolated = "v = 3\nsetup(install_requires=[f'flask=={v}'])\n";
    assert_eq!(
        read_files(&[("setup.py", interpolated)])
            .unwrap()
            .dependencies,
        None
    );
}

#[test]
fn hostile_scripts_end() {
    let doubling: String = std::iter::once("a0 = ['flask', 'redis']\n".to_owned())
        .chain((1..60).map(|n| format!("a{n} = a{} + a{}\n", n - 1, n - 1)))
        .chain(["setup(install_requires=a59)\n".to_owned()])
        .collect();
    assert_eq!(
        read_files(&[("setup.py", &doubling)]).unwrap().dependencies,
        None
    );
    let deep = format!(
        "setup(install_requires={}{})",
        "[".repeat(5000),
        "]".repeat(5000)
    );
    assert_eq!(
        read_files(&[("setup.py", &deep)]).unwrap().dependencies,
        None
    );
}

#[test]
fn a_comment_behind_a_dependency_is_none_of_it() {
    let config = "[options]\ninstall_requires =\n    typing-extensions >=3.7 # brings @final, @runtime_checkable\n    shop @ https://example.org/shop.zip#sha256=00\n";
    let found = read_files(&[("setup.cfg", config)]).unwrap();
    assert_eq!(
        names(&found.dependencies.unwrap()),
        ["typing-extensions:3", "shop:4"]
    );
    let one_line = "[options]\ninstall_requires = flask; redis # @home\n";
    let found = read_files(&[("setup.cfg", one_line)]).unwrap();
    assert_eq!(names(&found.dependencies.unwrap()), ["flask:2", "redis:2"]);
}

#[test]
fn packages_that_are_listed_have_to_be_there() {
    // Tried with setuptools 80: `error: package directory 'shop' does not exist` for a list, nothing for a search.
    for (file, text, reads, line) in [
        (
            "setup.py",
            "setup(\n    packages=['shop'],\n)\n",
            "shop/__init__.py",
            None,
        ),
        (
            "setup.py",
            "names = ['shop', 'shop.web']\nsetup(packages=names)\n",
            "shop/__init__.py shop/web/__init__.py",
            None,
        ),
        (
            "setup.py",
            "setup(packages=['store'], package_dir={'': 'lib'})\n",
            "lib/store/__init__.py",
            None,
        ),
        (
            "setup.py",
            "setup(packages=['store'], package_dir={'store': 'lib/store'})\n",
            "",
            Some(1),
        ),
        (
            "setup.py",
            "setup(packages=['shop'], package_dir=folders())\n",
            "",
            Some(1),
        ),
        (
            "setup.py",
            "setup(\n    packages=['shop.views'])\n",
            "",
            Some(2),
        ),
        ("setup.py", "setup(packages=['..'])\n", "", Some(1)),
        ("setup.py", "setup(packages=find_packages())\n", "", None),
        (
            "setup.py",
            "setup(packages=[], py_modules=['shop'])\n",
            "",
            None,
        ),
        (
            "setup.cfg",
            "[options]\npackages = shop, shop.web\n",
            "shop/__init__.py shop/web/__init__.py",
            None,
        ),
        (
            "setup.cfg",
            "[options]\npackages =\n    shop\n    shop.views\n",
            "shop/__init__.py",
            Some(4),
        ),
        (
            "setup.cfg",
            "[options]\npackage_dir =\n    = lib\npackages = store\n",
            "lib/store/__init__.py",
            None,
        ),
        ("setup.cfg", "[options]\npackages = find:\n", "", None),
        (
            "setup.cfg",
            "[options]\npackages = finder\n",
            "finder/__init__.py",
            None,
        ),
        (
            "setup.cfg",
            "[options]\npackages = find_namespace:\n",
            "",
            None,
        ),
    ] {
        let files = [
            (file, text),
            ("shop/__init__.py", ""),
            ("shop/web/__init__.py", ""),
            ("lib/store/__init__.py", ""),
            ("finder/__init__.py", ""),
        ];
        let found = read_files(&files).unwrap();
        assert_eq!(found.reads.join(" "), reads, "{text}");
        assert_eq!(found.needs_source.map(|at| at.line), line, "{text}");
    }
}

#[test]
fn the_newest_classifier_is_kept_with_its_line() {
    let config = "[metadata]\nclassifiers =\n    Programming Language :: Python :: 3.9\n    Programming Language :: Python :: 3.12\n";
    let script =
        "setup(\n    classifiers=[\n        'Programming Language :: Python :: 3.13',\n    ],\n)\n";
    let at = |files: &[(&str, &str)]| {
        let found = read_files(files).unwrap().classifier.unwrap();
        format!("{} {}", found.value, found.at)
    };
    assert_eq!(at(&[("setup.cfg", config)]), "3.12 setup.cfg:4");
    assert_eq!(
        at(&[("setup.cfg", config), ("setup.py", script)]),
        "3.13 setup.py:3"
    );
    assert_eq!(
        at(&[("setup.cfg", config), ("setup.py", "setup(name='shop')\n")]),
        "3.12 setup.cfg:4"
    );
}

/// What `generate` writes would be an input of the next run, and is not in the build context.
#[test]
fn what_dockwright_writes_is_no_input() {
    let script = "from setuptools import setup\nsetup(name='shop', long_description=open('Dockerfile').read() + open('README.md').read())\n";
    let files = [("setup.py", script), ("Dockerfile", ""), ("README.md", "")];
    assert_eq!(read_files(&files).unwrap().reads, ["README.md"]);
}

#[test]
fn files_that_the_script_opens_are_known() {
    let script = "import os\nfrom setuptools import setup\nhere = os.path.dirname(__file__)\nabout = {}\n\
        exec(open(os.path.join(here, 'shop', 'about.py')).read(), about)\nsetup(name='shop', long_description=open('README.md').read())\n";
    let files = [
        ("setup.py", script),
        ("README.md", ""),
        ("shop/about.py", ""),
        ("shop/__init__.py", ""),
    ];
    let found = read_files(&files).unwrap();
    assert_eq!(found.reads, ["README.md", "shop/about.py"]);
    assert_eq!(found.needs_source, None);
    let script = script.replace("import os\n", "import os\nfrom shop import about\n");
    let found = read_files(&[("setup.py", &script), ("shop/__init__.py", "")]).unwrap();
    assert_eq!(found.needs_source.unwrap().line, 2);
    let computed = "from setuptools import setup\nsetup(version=open(name()).read())\n";
    let found = read_files(&[("setup.py", computed)]).unwrap();
    assert_eq!(found.needs_source.unwrap().line, 2);
}

#[test]
fn files_that_the_configuration_names_are_known() {
    let config = "[metadata]\nname = shop\nversion = attr: shop.about.VERSION\nlong_description = file: README.md, NEWS\n";
    let files = [
        ("setup.cfg", config),
        ("README.md", ""),
        ("src/shop/about.py", ""),
    ];
    assert_eq!(
        read_files(&files).unwrap().reads,
        ["README.md", "src/shop/about.py"]
    );
}
