//! Values of the TLS library as the numbers of the protocol, so that a fault can be written down and read again.

macro_rules! as_number {
    ($name:ident, $type:ty, $number:ty) => {
        pub(crate) mod $name {
            use serde::{Deserialize, Deserializer, Serialize, Serializer};

            pub(crate) fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                <$number>::from(*value).serialize(serializer)
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                <$number>::deserialize(deserializer).map(<$type>::from)
            }
        }
    };
}

as_number!(alert, rustls::AlertDescription, u8);
as_number!(suite, rustls::CipherSuite, u16);
