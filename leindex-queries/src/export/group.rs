//! Files whose rows are made together: what a table costs is arrays, not rows, where each file has few.

use crate::index::describe::project_of;
use crate::index::world::World;
use crate::names::files::{SourceFile, file_config};

/// Some live files, and which rows are whose.
pub(super) struct FileGroup<'w> {
    members: Vec<Member<'w>>,
    count: u32,
}

/// A file of a group.
#[derive(Clone, Copy)]
pub(super) struct Member<'w> {
    pub(super) file: SourceFile<'w>,
    /// Its place among the live files.
    pub(super) place: u32,
    pub(super) path: &'w str,
    pub(super) language: &'static str,
    pub(super) project: &'w str,
    /// The group's number of its first row.
    first: u32,
}

impl<'w> FileGroup<'w> {
    /// The live files at some places, of which each has so many rows.
    pub(super) fn of(world: World<'w>, places: &[usize], mut rows: impl FnMut(u32) -> usize) -> Self {
        let mut of = Self { members: Vec::with_capacity(places.len()), count: 0 };
        for &place in places {
            let Some(&file) = world.live.all.get(place) else { continue };
            let path = file.path(world.db);
            of.members.push(Member {
                file,
                place: place as u32,
                path,
                language: file_config(world.db, file).map_or("", |config| config.name),
                project: project_of(world.db, path),
                first: of.count,
            });
            of.count += rows(place as u32) as u32;
        }
        of
    }

    pub(super) fn members(&self) -> &[Member<'w>] {
        &self.members
    }

    /// How many rows all files have.
    pub(super) fn count(&self) -> usize {
        self.count as usize
    }

    /// The files of rows, which are in order, and the rows in them.
    pub(super) fn rows<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = (&'a Member<'w>, u32)> {
        self.numbered(rows).map(|(_, member, row)| (member, row))
    }

    /// As [`rows`](Self::rows), with the numbers of the files in the group.
    pub(super) fn numbered<'a>(&'a self, rows: &'a [u32]) -> impl Iterator<Item = (usize, &'a Member<'w>, u32)> {
        let mut at = 0;
        rows.iter().filter_map(move |&row| {
            while self.members.get(at + 1).is_some_and(|next| next.first <= row) {
                at += 1;
            }
            let member = self.members.get(at)?;
            Some((at, member, row - member.first))
        })
    }
}
