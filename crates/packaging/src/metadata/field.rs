//! The fields of core metadata, in the order in which they are written.

/// How often a field may come, and what its value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Once, a text.
    Text,
    /// Any number of times.
    List,
    /// Once, texts with commas between (Keywords).
    Keywords,
    /// Any number of times, `label, URL` (Project-URL).
    Table,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident, $header:literal, $json:literal, $key:literal, $kind:ident, $added:literal;)*) => {
        /// A field of core metadata.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Field { $(#[doc = concat!("`", $header, "`")] $field,)* }

        impl Field {
            /// Every field, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// The header's name as the specification writes it.
            pub fn header(self) -> &'static str {
                match self { $(Self::$field => $header,)* }
            }

            /// The name in PEP 566's JSON form: the header's in small letters, with underscores.
            pub fn json_key(self) -> &'static str {
                match self { $(Self::$field => $json,)* }
            }

            /// The name in `packaging`'s raw form, plural for fields that may come often.
            pub fn raw_key(self) -> &'static str {
                match self { $(Self::$field => $key,)* }
            }

            /// How often it may come.
            pub fn kind(self) -> FieldKind {
                match self { $(Self::$field => FieldKind::$kind,)* }
            }

            /// The metadata version that brought it.
            pub fn added(self) -> &'static str {
                match self { $(Self::$field => $added,)* }
            }
        }
    };
}

fields! {
    MetadataVersion, "Metadata-Version", "metadata_version", "metadata_version", Text, "1.0";
    Name, "Name", "name", "name", Text, "1.0";
    Version, "Version", "version", "version", Text, "1.0";
    Dynamic, "Dynamic", "dynamic", "dynamic", List, "2.2";
    Platform, "Platform", "platform", "platforms", List, "1.0";
    SupportedPlatform, "Supported-Platform", "supported_platform", "supported_platforms", List, "1.1";
    Summary, "Summary", "summary", "summary", Text, "1.0";
    Description, "Description", "description", "description", Text, "1.0";
    DescriptionContentType, "Description-Content-Type", "description_content_type", "description_content_type", Text, "2.1";
    Keywords, "Keywords", "keywords", "keywords", Keywords, "1.0";
    HomePage, "Home-page", "home_page", "home_page", Text, "1.0";
    DownloadUrl, "Download-URL", "download_url", "download_url", Text, "1.1";
    Author, "Author", "author", "author", Text, "1.0";
    AuthorEmail, "Author-email", "author_email", "author_email", Text, "1.0";
    Maintainer, "Maintainer", "maintainer", "maintainer", Text, "1.2";
    MaintainerEmail, "Maintainer-email", "maintainer_email", "maintainer_email", Text, "1.2";
    License, "License", "license", "license", Text, "1.0";
    LicenseExpression, "License-Expression", "license_expression", "license_expression", Text, "2.4";
    LicenseFile, "License-File", "license_file", "license_files", List, "2.4";
    Classifier, "Classifier", "classifier", "classifiers", List, "1.1";
    RequiresDist, "Requires-Dist", "requires_dist", "requires_dist", List, "1.2";
    RequiresPython, "Requires-Python", "requires_python", "requires_python", Text, "1.2";
    RequiresExternal, "Requires-External", "requires_external", "requires_external", List, "1.2";
    ProjectUrl, "Project-URL", "project_url", "project_urls", Table, "1.2";
    ProvidesExtra, "Provides-Extra", "provides_extra", "provides_extra", List, "2.1";
    ProvidesDist, "Provides-Dist", "provides_dist", "provides_dist", List, "1.2";
    ObsoletesDist, "Obsoletes-Dist", "obsoletes_dist", "obsoletes_dist", List, "1.2";
    ImportName, "Import-Name", "import_name", "import_names", List, "2.5";
    ImportNamespace, "Import-Namespace", "import_namespace", "import_namespaces", List, "2.5";
    Requires, "Requires", "requires", "requires", List, "1.1";
    Provides, "Provides", "provides", "provides", List, "1.1";
    Obsoletes, "Obsoletes", "obsoletes", "obsoletes", List, "1.1";
}

impl Field {
    /// The field of a header's name, in any case.
    pub fn from_header(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.header().eq_ignore_ascii_case(name))
    }

    /// The field of `packaging`'s raw name.
    pub fn from_raw_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.raw_key() == key)
    }
}
