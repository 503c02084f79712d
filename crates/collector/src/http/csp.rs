//! The content security policy: nothing inline runs but the blocks that the built page itself contains, by their
//! hashes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Hashes of a page's inline blocks, as a policy writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline {
    /// `'sha256-…'` of each inline script that runs.
    pub scripts: Vec<String>,
    /// `'sha256-…'` of each inline style sheet.
    pub styles: Vec<String>,
}

impl Inline {
    /// Finds the inline blocks of a page. It knows as much of HTML as a built page needs: comments, tags, quoted
    /// attributes, and that a script or style ends at the first matching end tag.
    pub fn of_page(html: &str) -> Self {
        let html = html.replace("\r\n", "\n").replace('\r', "\n");
        let mut inline = Self::default();
        let mut rest = html.as_str();
        while let Some(at) = rest.find('<') {
            rest = &rest[at..];
            if let Some(comment) = rest.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let Some(tag) = Tag::read(rest) else {
                rest = &rest[1..];
                continue;
            };
            rest = tag.after;
            if !["script", "style"].contains(&tag.name.as_str()) {
                continue;
            }
            let end = find_end(rest, &tag.name);
            let block = &rest[..end];
            match tag.name.as_str() {
                "script" if tag.runs_inline() => inline.scripts.push(hash(block)),
                "style" => inline.styles.push(hash(block)),
                _ => {}
            }
            rest = &rest[end..];
        }
        inline
    }
}

/// The policy for a page with these inline blocks; without any it fits every other answer.
///
/// `connect-src` is wide, since the endpoint is the owner's choice; `wasm-unsafe-eval` allows compiling WebAssembly
/// and nothing else.
pub fn policy(inline: &Inline) -> String {
    let with = |hashes: &[String]| hashes.iter().map(|hash| format!(" {hash}")).collect::<String>();
    [
        "default-src 'none'",
        &format!("script-src 'self' 'wasm-unsafe-eval'{}", with(&inline.scripts)),
        &format!("style-src 'self'{}", with(&inline.styles)),
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    .join("; ")
}

fn hash(block: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(block.as_bytes())))
}

fn find_end(text: &str, name: &str) -> usize {
    let is_end = |&(at, _): &(usize, &str)| {
        let tag = text.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    };
    text.match_indices("</").find(is_end).map_or(text.len(), |(at, _)| at)
}

struct Tag<'a> {
    name: String,
    attributes: Vec<(String, String)>,
    after: &'a str,
}

impl<'a> Tag<'a> {
    /// Reads a start tag; `None` where there is none.
    fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('<')?;
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
        let name = text[..end].to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut attributes = Vec::new();
        let mut rest = &text[end..];
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if let Some(after) = rest.strip_prefix('>') {
                return Some(Self { name, attributes, after });
            }
            let end = rest.find(|c: char| c.is_ascii_whitespace() || "=>/".contains(c))?;
            let attribute = rest[..end].to_ascii_lowercase();
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                (value, rest) = Self::value(after.trim_start())?;
            } else if end == 0 {
                rest = rest.get(1..)?;
            }
            attributes.push((attribute, value.to_owned()));
        }
    }

    fn value(text: &str) -> Option<(&str, &str)> {
        match text.chars().next()? {
            quote @ ('"' | '\'') => text[1..].split_once(quote),
            _ => Some(text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>')?)),
        }
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A script with `src` is fetched, and one of a type that no browser knows is data.
    fn runs_inline(&self) -> bool {
        let kind = self.attribute("type").unwrap_or_default().to_ascii_lowercase();
        self.attribute("src").is_none()
            && ["", "module", "text/javascript", "application/javascript"].contains(&kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, scripts: &[&str], styles: &[&str]) {
        let hashes = |blocks: &[&str]| blocks.iter().map(|block| hash(block)).collect::<Vec<_>>();
        let expected = Inline { scripts: hashes(scripts), styles: hashes(styles) };
        assert_eq!(Inline::of_page(html), expected, "{html}");
    }

    #[test]
    fn finds_what_runs_inline_and_nothing_else() {
        check("<p>a < b</p><script>one()</script>", &["one()"], &[]);
        check("<SCRIPT type=module >\nimport a from '/a.js';\n</Script>", &["\nimport a from '/a.js';\n"], &[]);
        check("<script type=\"application/json\">{\"a\":\"<style>\"}</script>", &[], &[]);
        check("<script src=/a.js></script><script defer src='/b.js' ></script>", &[], &[]);
        check("<!-- <script>no()</script> --><style media=print>p{}</style>", &[], &["p{}"]);
        check("<div title=\"a > b <script>\"><style>a{}\r\nb{}</style>", &[], &["a{}\nb{}"]);
        check("<script>if (a</b/.exec('</p>')) two()</script>", &["if (a</b/.exec('</p>')) two()"], &[]);
        check("<link rel=stylesheet href=/a.css/><script></script>", &[""], &[]);
        check("<script", &[], &[]);
        check("<script data-x = 'y' async>three()", &["three()"], &[]);
    }

    #[test]
    fn hashes_as_the_specification_does() {
        // The example of CSP Level 3, section 6.7.3: echo -n "alert('Hello, world.');" | openssl dgst -sha256 -binary.
        let inline = Inline::of_page("<script>alert('Hello, world.');</script>");
        assert_eq!(inline.scripts, ["'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"]);
        let policy = policy(&inline);
        assert!(
            policy.contains(
                "script-src 'self' 'wasm-unsafe-eval' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=';"
            )
        );
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }
}
