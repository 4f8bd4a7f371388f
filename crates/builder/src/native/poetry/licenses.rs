//! Licences by what `license` says in `[tool.poetry]`: an identifier of SPDX, or its name.
// tidy: table

/// Identifier, name (where it is that of no other), and the classifier without its first word.
const LICENSES: [(&str, &str, &str); 41] = [
    ("MIT", "MIT License", "OSI Approved :: MIT License"),
    ("MIT-0", "MIT No Attribution", "OSI Approved"),
    ("Apache-2.0", "Apache License 2.0", "OSI Approved :: Apache Software License"),
    ("BSD-2-Clause", "BSD 2-Clause \"Simplified\" License", "OSI Approved :: BSD License"),
    ("BSD-3-Clause", "BSD 3-Clause \"New\" or \"Revised\" License", "OSI Approved :: BSD License"),
    ("BSD-4-Clause", "BSD 4-Clause \"Original\" or \"Old\" License", "Other/Proprietary License"),
    ("0BSD", "BSD Zero Clause License", "OSI Approved"),
    ("ISC", "ISC License", "OSI Approved"),
    ("MPL-1.1", "Mozilla Public License 1.1", "OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)"),
    ("MPL-2.0", "Mozilla Public License 2.0", "OSI Approved"),
    ("GPL-2.0", "", "OSI Approved :: GNU General Public License v2 (GPLv2)"),
    (
        "GPL-2.0-only",
        "GNU General Public License v2.0 only",
        "OSI Approved :: GNU General Public License v2 (GPLv2)",
    ),
    (
        "GPL-2.0-or-later",
        "GNU General Public License v2.0 or later",
        "OSI Approved :: GNU General Public License v2 or later (GPLv2+)",
    ),
    ("GPL-2.0+", "", "OSI Approved :: GNU General Public License v2 or later (GPLv2+)"),
    ("GPL-3.0", "", "OSI Approved :: GNU General Public License v3 (GPLv3)"),
    (
        "GPL-3.0-only",
        "GNU General Public License v3.0 only",
        "OSI Approved :: GNU General Public License v3 (GPLv3)",
    ),
    (
        "GPL-3.0-or-later",
        "GNU General Public License v3.0 or later",
        "OSI Approved :: GNU General Public License v3 or later (GPLv3+)",
    ),
    ("GPL-3.0+", "", "OSI Approved :: GNU General Public License v3 or later (GPLv3+)"),
    ("LGPL-2.1", "", "OSI Approved"),
    ("LGPL-2.1-only", "GNU Lesser General Public License v2.1 only", "OSI Approved"),
    ("LGPL-2.1-or-later", "GNU Lesser General Public License v2.1 or later", "OSI Approved"),
    ("LGPL-3.0", "", "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"),
    (
        "LGPL-3.0-only",
        "GNU Lesser General Public License v3.0 only",
        "OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)",
    ),
    (
        "LGPL-3.0-or-later",
        "GNU Lesser General Public License v3.0 or later",
        "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)",
    ),
    ("LGPL-3.0+", "", "OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)"),
    (
        "AGPL-3.0",
        "GNU Affero General Public License v3.0",
        "OSI Approved :: GNU Affero General Public License v3",
    ),
    (
        "AGPL-3.0-only",
        "GNU Affero General Public License v3.0 only",
        "OSI Approved :: GNU Affero General Public License v3",
    ),
    (
        "AGPL-3.0-or-later",
        "GNU Affero General Public License v3.0 or later",
        "OSI Approved :: GNU Affero General Public License v3 or later (AGPLv3+)",
    ),
    ("Unlicense", "The Unlicense", "OSI Approved"),
    ("WTFPL", "Do What The F*ck You Want To Public License", "Other/Proprietary License"),
    ("Zlib", "zlib License", "OSI Approved"),
    ("PSF-2.0", "Python Software Foundation License 2.0", "Other/Proprietary License"),
    ("Python-2.0", "Python License 2.0", "OSI Approved"),
    (
        "EUPL-1.2",
        "European Union Public License 1.2",
        "OSI Approved :: European Union Public Licence 1.2 (EUPL 1.2)",
    ),
    (
        "CC0-1.0",
        "Creative Commons Zero v1.0 Universal",
        "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication",
    ),
    ("CC-BY-4.0", "Creative Commons Attribution 4.0 International", "Other/Proprietary License"),
    ("BSL-1.0", "Boost Software License 1.0", "OSI Approved :: Boost Software License 1.0 (BSL-1.0)"),
    ("Artistic-2.0", "Artistic License 2.0", "OSI Approved :: Artistic License"),
    ("EPL-2.0", "Eclipse Public License 2.0", "OSI Approved :: Eclipse Public License 2.0 (EPL-2.0)"),
    ("ZPL-2.1", "Zope Public License 2.1", "OSI Approved :: Zope Public License"),
    ("Proprietary", "", "Other/Proprietary License"),
];

/// Identifier and classifier of a licence that Poetry knows, in any case.
pub(super) fn license(text: &str) -> Option<(&'static str, String)> {
    let is = |known: &str| !known.is_empty() && known.eq_ignore_ascii_case(text);
    let (id, _, classifier) = LICENSES.iter().find(|(id, name, _)| is(id) || is(name))?;
    Some((id, format!("License :: {classifier}")))
}
