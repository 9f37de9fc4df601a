//! The description of a folder for archives, by RO-Crate 1.1.

use super::{Folder, shows_others};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

impl Folder {
    /// `ro-crate-metadata.json`: the folder, its files with type, size and hash, the program, and the run that
    /// made them.
    pub(super) fn crate_metadata(&self, folder: &Path) -> String {
        let listed: Vec<(&String, &Value)> =
            self.manifest["files"].as_object().into_iter().flatten().collect();
        let mut parts: Vec<Value> = listed
            .iter()
            .filter(|(name, _)| !shows_others(name))
            .map(|(name, _)| json!({ "@id": name }))
            .collect();
        parts.push(json!({ "@id": "manifest.json" }));
        let seconds = self.manifest["started_unix"].as_u64();
        let date = seconds.map(|seconds| crate::report::stopwatch::iso(seconds)[..10].to_owned());
        let date = date.or_else(|| {
            let started = self.manifest["environment"]["started"].as_str()?;
            started.get(..10).map(str::to_owned)
        });
        let authors: Vec<Value> = self
            .words
            .authors
            .iter()
            .enumerate()
            .map(|(place, name)| json!({ "@id": format!("#author-{}", place + 1), "@type": "Person", "name": name }))
            .collect();
        let ids: Vec<Value> = authors.iter().map(|author| json!({ "@id": author["@id"] })).collect();
        let mut root = json!({
            "@id": "./",
            "@type": "Dataset",
            "name": self.title(),
            "description": self.words.aim.clone().unwrap_or_else(|| self.subtitle()),
            "hasPart": parts,
            "mentions": { "@id": "#run" },
        });
        if let Some(date) = date {
            root["datePublished"] = json!(date);
        }
        if !ids.is_empty() {
            root["author"] = json!(ids);
        }
        let mut graph = vec![
            json!({
                "@id": "ro-crate-metadata.json",
                "@type": "CreativeWork",
                "about": { "@id": "./" },
                "conformsTo": { "@id": "https://w3id.org/ro/crate/1.1" },
            }),
            root,
            json!({
                "@id": "#tombola",
                "@type": "SoftwareApplication",
                "name": "tombola",
                "version": self.text("version"),
            }),
            json!({
                "@id": "#run",
                "@type": "CreateAction",
                "name": self.text("name"),
                "instrument": { "@id": "#tombola" },
                "result": { "@id": "./" },
            }),
        ];
        graph.extend(authors);
        for (name, hash) in listed.into_iter().filter(|(name, _)| !shows_others(name)) {
            let size = fs::metadata(folder.join(name)).map(|data| data.len()).ok();
            graph.push(json!({
                "@id": name,
                "@type": "File",
                "encodingFormat": format_of(name),
                "sha256": hash,
                "contentSize": size.map(|size| size.to_string()),
            }));
        }
        graph.push(json!({ "@id": "manifest.json", "@type": "File", "encodingFormat": "application/json" }));
        let whole = json!({ "@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph });
        serde_json::to_string_pretty(&whole).unwrap_or_default() + "\n"
    }
}

fn format_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("pdf") => "application/pdf",
        Some("html") => "text/html",
        _ => "application/octet-stream",
    }
}
