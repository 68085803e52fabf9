//! Reading values from a [`Tape`].

use super::tape::{Kind, Part, Tape};
use purser_domain::{Entry, Event};
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, MapDeserializer};
use serde::de::{
    self, Deserialize as _, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _,
    MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::fmt;

/// The value can't be read from here. Why is not told: the plain way is asked then.
#[derive(Debug)]
pub(super) struct Unread;

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not read")
    }
}

impl std::error::Error for Unread {}

impl de::Error for Unread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A value of a tape.
#[derive(Clone, Copy)]
pub(super) struct Value<'t, 'de> {
    tape: &'t Tape<'de>,
    at: u32,
}

impl<'de> Tape<'de> {
    pub(super) const fn root(&self) -> Value<'_, 'de> {
        Value { tape: self, at: 0 }
    }
}

/// Reads an entry. To tell what happened, serde copies all of an event before it reads it; for the
/// kind that makes up most of a log it is told apart here, and read where it stands.
pub(super) fn entry(tape: &Tape<'_>) -> Result<Entry, Unread> {
    let root = tape.root();
    let Some(reservation) = root.member("event").and_then(reservation) else {
        return Entry::deserialize(root);
    };
    let event = Event::SpendReserved { reservation: Box::deserialize(reservation)? };
    let members = root.inside(root.part()?);
    let rest = Entry::deserialize(MapAccessDeserializer::new(WithoutEvent(members)))?;
    Ok(Entry { event, ..rest })
}

/// The reservation of an event that has nothing else in it.
fn reservation<'t, 'de>(event: Value<'t, 'de>) -> Option<Value<'t, 'de>> {
    let kind = event.member("type")?;
    let is_reserved = event.part().ok()?.items == 2
        && kind.part().ok()?.kind == Kind::Plain
        && kind.tape.text(kind.part().ok()?) == "spend_reserved";
    is_reserved.then(|| event.member("reservation")).flatten()
}

impl<'t, 'de> Value<'t, 'de> {
    /// The member of an object that has this name.
    fn member(self, name: &str) -> Option<Self> {
        let part = self.part().ok()?;
        if part.kind != Kind::Object {
            return None;
        }
        let mut members = self.inside(part);
        while members.left > 0 {
            let found = members.tape.name(members.peek().ok()?) == name;
            let value = members.take().ok()?;
            if found {
                return Some(value);
            }
        }
        None
    }

    fn part(self) -> Result<Part, Unread> {
        self.tape.part(self.at).ok_or(Unread)
    }

    /// What stands in it.
    fn inside(self, part: Part) -> Inside<'t, 'de> {
        Inside { tape: self.tape, next: self.at.saturating_add(1), left: part.items }
    }
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Unread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        let part = self.part()?;
        match part.kind {
            Kind::Null => visitor.visit_unit(),
            Kind::True => visitor.visit_bool(true),
            Kind::False => visitor.visit_bool(false),
            Kind::Number => {
                let text = self.tape.text(part);
                if text.starts_with('-') {
                    visitor.visit_i64(text.parse().map_err(|_| Unread)?)
                } else {
                    visitor.visit_u64(text.parse().map_err(|_| Unread)?)
                }
            }
            Kind::Plain => visitor.visit_borrowed_str(self.tape.text(part)),
            Kind::Escaped => visitor.visit_string(self.tape.unescaped(part).ok_or(Unread)?),
            Kind::Array => visitor.visit_seq(self.inside(part)),
            Kind::Object => visitor.visit_map(self.inside(part)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unread> {
        if self.part()?.kind == Kind::Null {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        let part = self.part()?;
        match (part.kind, part.items) {
            (Kind::Plain, _) => {
                visitor.visit_enum(Variant { name: self.tape.text(part), content: None })
            }
            (Kind::Object, 1) => {
                let content = Self { at: self.at.saturating_add(1), ..self };
                let name = self.tape.name(content.part()?);
                visitor.visit_enum(Variant { name, content: Some(content) })
            }
            _ => Err(Unread),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items or members of a value that are still to come.
struct Inside<'t, 'de> {
    tape: &'t Tape<'de>,
    next: u32,
    left: u32,
}

impl<'t, 'de> Inside<'t, 'de> {
    fn peek(&self) -> Result<Part, Unread> {
        self.tape.part(self.next).ok_or(Unread)
    }

    fn take(&mut self) -> Result<Value<'t, 'de>, Unread> {
        let value = Value { tape: self.tape, at: self.next };
        self.next = self.peek()?.next;
        self.left = self.left.saturating_sub(1);
        Ok(value)
    }

    fn hint(&self) -> Option<usize> {
        usize::try_from(self.left).ok()
    }
}

impl<'de> SeqAccess<'de> for Inside<'_, 'de> {
    type Error = Unread;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unread> {
        if self.left == 0 {
            return Ok(None);
        }
        seed.deserialize(self.take()?).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

impl<'de> MapAccess<'de> for Inside<'_, 'de> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unread> {
        if self.left == 0 {
            return Ok(None);
        }
        let name = self.tape.name(self.peek()?);
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        seed.deserialize(self.take()?)
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

/// The members of an entry, with the shortest of events in the place of its own.
struct WithoutEvent<'t, 'de>(Inside<'t, 'de>);

impl<'de> MapAccess<'de> for WithoutEvent<'_, 'de> {
    type Error = Unread;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unread> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unread> {
        if self.0.tape.name(self.0.peek()?) != "event" {
            return self.0.next_value_seed(seed);
        }
        self.0.take()?;
        let shortest = std::iter::once(("type", "wallet_unfrozen"));
        seed.deserialize(MapDeserializer::new(shortest))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.hint()
    }
}

/// A value of an enum: its variant's name alone, or with what is in it.
struct Variant<'t, 'de> {
    name: &'de str,
    content: Option<Value<'t, 'de>>,
}

impl<'t, 'de> EnumAccess<'de> for Variant<'t, 'de> {
    type Error = Unread;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Unread> {
        seed.deserialize(self.name.into_deserializer()).map(|name| (name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Unread;

    fn unit_variant(self) -> Result<(), Unread> {
        if self.content.is_none() { Ok(()) } else { Err(Unread) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unread> {
        seed.deserialize(self.content.ok_or(Unread)?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Unread> {
        self.content.ok_or(Unread)?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unread> {
        self.content.ok_or(Unread)?.deserialize_any(visitor)
    }
}
