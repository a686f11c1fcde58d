//! What `--group-by` and `--sum` ask for.

use anyhow::{Result, bail};

use super::subject::ColumnSubject;

/// What the objects of an answer are counted by.
#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    pub(super) by: Vec<ColumnSubject>,
    pub(super) sums: Vec<ColumnSubject>,
}

impl Grouping {
    /// That of `--group-by` and `--sum`, if there is any: without the first all objects are one group.
    pub(crate) fn new(group_by: &[String], sum: &[String]) -> Result<Option<Grouping>> {
        if group_by.is_empty() && sum.is_empty() {
            return Ok(None);
        }
        let (by, sums) = (ColumnSubject::lists(group_by)?, ColumnSubject::lists(sum)?);
        let typed = [("--group-by", group_by, &by), ("--sum", sum, &sums)];
        if let Some((option, ..)) = typed.iter().find(|(_, typed, read)| !typed.is_empty() && read.is_empty())
        {
            bail!("expected label keys, fields or functions behind {option}, found nothing");
        }
        let is_amount = |it: &&ColumnSubject| it.read().is_none_or(|subject| subject.has_amounts());
        if let Some(wrong) = sums.iter().find(|it| !is_amount(it)) {
            bail!(
                "{wrong} is no amount: --sum takes requests(RESOURCE), limits(RESOURCE), restarts(), and fields, annotations and labels that are numbers or quantities"
            );
        }
        Ok(Some(Grouping { by, sums }))
    }

    /// What it is about.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = &ColumnSubject> {
        self.by.iter().chain(&self.sums)
    }
}
