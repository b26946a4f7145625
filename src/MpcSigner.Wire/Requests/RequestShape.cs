using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>Bounds a body before it is parsed: a parser makes an object of every two bytes of repeated messages, so counts are taken first, without allocating.</summary>
internal static class RequestShape
{
    // request.proto
    private const int CreateKeysField = 10;
    private const int SignField = 11;
    private const int PartiesField = 3;
    private const int LabelsField = 5;
    private const int PathField = 2;

    /// <summary>A varint of 32 bits has at most 5 bytes (10 when sign-extended, which no canonical body holds).</summary>
    private const int MaxPathBytes = RequestAction.Sign.MaxPathLength * 5;

    private const int VarintWire = 0;
    private const int Fixed64Wire = 1;
    private const int LengthWire = 2;
    private const int Fixed32Wire = 5;

    /// <summary>Null when the body may be parsed.</summary>
    public static ServiceError? Check(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return Refusal.Malformed("The request body is empty.");
        if (body.Length > SignedRequest.MaxBodyBytes)
            return Refusal.Malformed($"The request body has {body.Length} bytes, at most {SignedRequest.MaxBodyBytes} are allowed.");
        var rest = body;
        while (!rest.IsEmpty)
        {
            if (!Next(ref rest, out var field, out var value))
                return Refusal.Malformed("The request body is truncated or not a RequestBody message.");
            var error = field switch
            {
                CreateKeysField => CheckCreateKeys(value),
                SignField => CheckSign(value),
                _ => null, // judged by the canonical comparison
            };
            if (error is not null)
                return error;
        }
        return null;
    }

    private static ServiceError? CheckCreateKeys(ReadOnlySpan<byte> rest)
    {
        var parties = 0;
        var labels = 0;
        while (!rest.IsEmpty)
        {
            if (!Next(ref rest, out var field, out _))
                return Refusal.Malformed("create_keys is truncated.");
            if (field == PartiesField && ++parties > KeyLimits.MaxParties)
                return Refusal.Of(Reason.BadParticipants, $"More than {KeyLimits.MaxParties} parties are named.");
            if (field == LabelsField && ++labels > KeyLimits.MaxBatch)
                return Refusal.Of(Reason.BadBatchSize, $"More than {KeyLimits.MaxBatch} labels are given.");
        }
        return null;
    }

    private static ServiceError? CheckSign(ReadOnlySpan<byte> rest)
    {
        var pathBytes = 0;
        while (!rest.IsEmpty)
        {
            if (!Next(ref rest, out var field, out var value))
                return Refusal.Malformed("sign is truncated.");
            if (field == PathField && (pathBytes += Math.Max(value.Length, 1)) > MaxPathBytes)
                return Refusal.Of(Reason.BadDerivationPath, $"The derivation path has more than {RequestAction.Sign.MaxPathLength} indices.");
        }
        return null;
    }

    /// <summary>Steps over one field; <paramref name="value"/> is filled for length-delimited ones.</summary>
    private static bool Next(ref ReadOnlySpan<byte> rest, out int field, out ReadOnlySpan<byte> value)
    {
        field = 0;
        value = default;
        if (!Varint(ref rest, out var tag) || tag > uint.MaxValue)
            return false;
        field = (int)(tag >> 3);
        switch ((int)(tag & 7))
        {
            case VarintWire:
                return Varint(ref rest, out _);
            case Fixed64Wire:
                return Take(ref rest, 8, out _);
            case Fixed32Wire:
                return Take(ref rest, 4, out _);
            case LengthWire:
                return Varint(ref rest, out var length) && Take(ref rest, length, out value);
            default:
                return false; // groups: no field of ours is one
        }
    }

    private static bool Varint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }
        return false;
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ulong count, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (count > (ulong)rest.Length)
            return false;
        value = rest[..(int)count];
        rest = rest[(int)count..];
        return true;
    }
}
