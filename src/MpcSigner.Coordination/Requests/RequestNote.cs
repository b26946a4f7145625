using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Requests;

/// <summary>A note that people read must say what they see. Judged where a body comes in anew, not where it is decoded: what was signed and stored under a laxer rule stays readable.</summary>
internal static class RequestNote
{
    public static ServiceError? Judge(RequestBody body) => OneLine.Holds(body.Note)
        ? null
        : Refusals.Malformed("The note holds characters that end its line or change the direction of text: people would not read what it says.");
}
