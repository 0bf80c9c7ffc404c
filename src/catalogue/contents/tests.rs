use crate::catalogue::{Suite, headers, sonames};

fn shipped(one: fn(&str, Suite) -> Option<String>, key: &str) -> [Option<String>; 2] {
    [Suite::Bookworm, Suite::Trixie].map(|suite| one(key, suite))
}

/// What `dpkg -S` said in containers of 2026-11-26.
#[test]
fn libraries_are_where_dpkg_finds_them() {
    for (soname, bookworm, trixie) in [
        ("libGL.so.1", "libgl1", "libgl1"),
        ("libMagickWand-6.Q16.so.6", "libmagickwand-6.q16-6", ""),
        ("libavcodec.so.59", "libavcodec59", ""),
        ("libblas.so.3", "libblas3", "libblas3"),
        ("libc.so.6", "libc6", "libc6"),
        (
            "libcurl-gnutls.so.4",
            "libcurl3-gnutls",
            "libcurl3t64-gnutls",
        ),
        ("libgcc_s.so.1", "libgcc-s1", "libgcc-s1"),
        ("libgdal.so.32", "libgdal32", ""),
        ("libgdal.so.36", "", "libgdal36"),
        ("libglib-2.0.so.0", "libglib2.0-0", "libglib2.0-0t64"),
        ("libgomp.so.1", "libgomp1", "libgomp1"),
        ("libhdf5_serial.so.103", "libhdf5-103-1", ""),
        ("libicuuc.so.72", "libicu72", ""),
        ("libldap-2.5.so.0", "libldap-2.5-0", ""),
        ("libnss3.so", "libnss3", "libnss3"),
        ("libodbc.so.2", "libodbc2", "libodbc2"),
        ("libpoppler.so.126", "libpoppler126", ""),
        ("libpq.so.5", "libpq5", "libpq5"),
        ("libstdc++.so.6", "libstdc++6", "libstdc++6"),
        ("libxml2.so.2", "libxml2", "libxml2"),
        ("libz.so.1", "zlib1g", "zlib1g"),
        ("libpq.so", "", ""),
        ("libnobody.so.1", "", ""),
        ("", "", ""),
        ("libpq.so.5\n", "", ""),
        ("zzz", "", ""),
        ("libé.so.1", "", ""),
    ] {
        let wanted = [bookworm, trixie].map(|name| (!name.is_empty()).then(|| name.to_owned()));
        assert_eq!(shipped(sonames::package, soname), wanted, "{soname}");
    }
}

#[test]
fn headers_and_pc_files_lead_to_dev_packages() {
    for (path, package) in [
        ("libpq-fe.h", Some("libpq-dev")),
        ("mysql.h", Some("libmariadb-dev")),
        ("ldap.h", Some("libldap-dev")),
        ("libxml/xmlversion.h", Some("libxml2-dev")),
        ("openssl/ssl.h", Some("libssl-dev")),
        ("sql.h", Some("unixodbc-dev")),
        ("errno.h", Some("libc6-dev")),
        ("portaudio.h", Some("portaudio19-dev")),
        ("no/such.h", None),
        ("Python.h", None),
    ] {
        let wanted = [package, package].map(|name| name.map(str::to_owned));
        assert_eq!(shipped(headers::header, path), wanted, "{path}");
    }
    for (name, package) in [
        ("cairo", Some("libcairo2-dev")),
        ("libpq", Some("libpq-dev")),
        ("mariadb", Some("libmariadb-dev")),
        ("xmlsec1", Some("libxmlsec1-dev")),
        ("no-such", None),
    ] {
        let wanted = [package, package].map(|name| name.map(str::to_owned));
        assert_eq!(shipped(headers::pkg_config, name), wanted, "{name}");
    }
    for (name, package) in [
        ("cmake", Some("cmake")),
        ("git", Some("git")),
        ("mysql_config", Some("libmariadb-dev-compat")),
        ("no-such", None),
    ] {
        let wanted = [package, package].map(|name| name.map(str::to_owned));
        assert_eq!(shipped(headers::program, name), wanted, "{name}");
    }
}

/// Each key of each list, decoded one after the other, is found again by its name.
#[test]
fn every_line_is_found() {
    for list in [
        &sonames::SONAMES,
        &headers::HEADERS,
        &headers::PKG_CONFIG,
        &headers::PROGRAMS,
    ] {
        let mut key = String::new();
        let mut missed = Vec::new();
        // Every 197th: the search reads from the start.
        for (at, line) in list.text.lines().skip(1).enumerate() {
            let (rest, _) = line.split_once(' ').unwrap_or((line, ""));
            let taken = usize::from(rest.as_bytes()[0] - b'0');
            key.truncate(taken);
            key.push_str(&rest[1..]);
            if at % 197 != 0 {
                continue;
            }
            let found = [Suite::Bookworm, Suite::Trixie].map(|suite| list.package(&key, suite));
            if found == [None, None] {
                missed.push(key.clone());
            }
        }
        assert!(missed.is_empty(), "{missed:?}");
    }
}
