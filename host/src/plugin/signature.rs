//! Signatures of packages, made with minisign (Ed25519) and checked offline. Knows no key of its own.

use minisign_verify::{PublicKey, Signature};

use super::{Manifest, PluginError};

/// Checks what the manifest promises: where it names a key, `component` must be signed with it.
/// Returns the key that signed it.
pub(super) fn verify(
    manifest: &Manifest,
    component: &[u8],
    carries_manifest: bool,
    signature: Option<&str>,
) -> Result<Option<String>, PluginError> {
    let refuse = |message: &str| PluginError::Signature { plugin: manifest.id.clone(), message: message.to_owned() };
    let Some(key) = &manifest.publisher_key else {
        // A signature by a key that nobody named says nothing.
        return Ok(None);
    };
    let text = signature.ok_or_else(|| refuse("its manifest names a key, and there is no .minisig file"))?;
    if !carries_manifest {
        return Err(refuse("the signature does not cover its manifest: pack it with 'isartor plugin pack' first"));
    }
    let public = PublicKey::from_base64(key).map_err(|_| refuse("the key in its manifest is no minisign key"))?;
    let signature = Signature::decode(text).map_err(|_| refuse("its .minisig file is no minisign signature"))?;
    public.verify(component, &signature, false).map_err(|_| refuse("the signature does not fit the component"))?;
    Ok(Some(key.clone()))
}
