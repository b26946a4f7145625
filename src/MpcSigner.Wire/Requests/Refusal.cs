using MpcSigner.Core.Faults;

namespace MpcSigner.Wire.Requests;

/// <summary>Refusals of the readers in this folder.</summary>
internal static class Refusal
{
    private const string FixAndSignAgain = "Correct the request and sign it again.";

    public static ServiceError Malformed(string message) => Of(Reason.MalformedRequest, message);

    public static ServiceError Of(Reason reason, string message) => new(reason, message, FixAndSignAgain);
}
