namespace MpcSigner.Documents.Signatures;

/// <summary>What is wrong with the signatures of a document.</summary>
public enum SignatureFault
{
    OtherKind = 1,
    OtherDocument,
    UnknownAdministrator,
    BadSignature,
    SignedTwice,
    TooFew,
}

/// <param name="Message">For people: what, without a full stop.</param>
public sealed record SignatureRefusal(SignatureFault Fault, string Message);
