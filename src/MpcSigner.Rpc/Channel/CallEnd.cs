using System.Net.Http.Headers;
using Grpc.Core;

namespace MpcSigner.Rpc;

/// <summary>How a call ended.</summary>
internal sealed record CallEnd(Status Status, Metadata Trailers)
{
    public static CallEnd Local(StatusCode code, string detail, Exception? cause = null) =>
        new(new Status(code, detail, cause), Metadata.Empty);

    public RpcException ToException() => new(Status, Trailers);

    /// <summary>Reads the end from trailers, or from the headers of a trailers-only reply; null when they hold no status.</summary>
    public static CallEnd? Read(HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues(HeaderNames.Status, out var codes))
            return null;
        var detail = headers.NonValidated.TryGetValues(HeaderNames.Message, out var messages)
            ? StatusMessage.Decode(messages.ToString())
            : "";
        if (ParseCode(codes.ToString()) is not { } code)
            return Local(StatusCode.Internal, "The reply's grpc-status is not a number.");
        return ReadMetadata(headers) is { } trailers
            ? new CallEnd(new Status(code, detail), trailers)
            : new CallEnd(new Status(code, detail), Metadata.Empty);
    }

    /// <summary>The metadata among these headers; null when one of them is malformed.</summary>
    public static Metadata? ReadMetadata(HttpResponseHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated)
        {
            foreach (var value in values)
            {
                if (!MetadataHeaders.TryAdd(metadata, name, value))
                    return null;
            }
        }

        return metadata;
    }

    /// <summary>A code that we do not know is UNKNOWN, as gRPC asks; what is no number is null.</summary>
    private static StatusCode? ParseCode(string text)
    {
        if (!int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            return null;
        return Enum.IsDefined((StatusCode)number) ? (StatusCode)number : StatusCode.Unknown;
    }
}
