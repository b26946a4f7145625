using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Orders;

/// <summary>A signed order in START payloads, between peers and in the store: u8 count ‖ count · (administrator 32 ‖ signature 64) ‖ u32 length ‖ body.</summary>
/// <remarks>One order has one encoding: administrators ascend, each once. Only the form is checked here; what the body says and whether the signatures hold is judged elsewhere.</remarks>
public static class SignedOrderEncoding
{
    public const int SignatureBytes = 64;

    /// <summary>The largest encoding.</summary>
    public const int MaxBytes = 1 + SignedOrder.MaxSignatures * (AdministratorId.Size + SignatureBytes) + 4 + SignedOrder.MaxBodyBytes;

    /// <exception cref="ArgumentException">More than the bounds allow, or signers that do not ascend.</exception>
    public static byte[] Encode(SignedOrder order)
    {
        var writer = new ByteWriter(Size(order));
        Write(writer, order);
        return writer.ToArray();
    }

    /// <summary>Appends one order; <see cref="TryRead"/> finds its end.</summary>
    /// <exception cref="ArgumentException">More than the bounds allow, or signers that do not ascend.</exception>
    public static void Write(ByteWriter writer, SignedOrder order)
    {
        if (!IsWellFormed(order))
            throw new ArgumentException($"an order of {order.Body.Length} bytes with {order.Signatures.Count} signatures is out of bounds, or its signers do not ascend", nameof(order));
        writer.U8((byte)order.Signatures.Count);
        foreach (var signature in order.Signatures)
            writer.Bytes32(signature.Administrator.Value).Bytes(signature.Signature.Span);
        writer.Block(order.Body.Span);
    }

    /// <summary>Reads one order that fills <paramref name="bytes"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedOrder? order)
    {
        var reader = new ByteReader(bytes);
        if (TryRead(ref reader, out order) && reader.AtEnd)
            return true;
        order = null;
        return false;
    }

    /// <summary>Reads one order; false for a short input, too many signatures, signers that do not ascend, an empty or too long body.</summary>
    public static bool TryRead(ref ByteReader reader, [NotNullWhen(true)] out SignedOrder? order)
    {
        order = null;
        if (!reader.U8(out var count) || count > SignedOrder.MaxSignatures)
            return false;
        var signatures = new OrderSignature[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Bytes32(out var administrator) || !reader.Bytes(SignatureBytes, out var signature))
                return false;
            signatures[i] = new(new(administrator), signature.ToArray());
            if (i > 0 && signatures[i - 1].Administrator.CompareTo(signatures[i].Administrator) >= 0)
                return false;
        }
        if (!reader.Block(SignedOrder.MaxBodyBytes, out var body) || body.IsEmpty)
            return false;
        order = new(body.ToArray(), signatures);
        return true;
    }

    /// <summary>Whether an order can be encoded: within its bounds, signatures of 64 bytes, signers ascending.</summary>
    public static bool IsWellFormed(SignedOrder order)
    {
        if (order.Body.Length is 0 or > SignedOrder.MaxBodyBytes || order.Signatures.Count > SignedOrder.MaxSignatures)
            return false;
        for (var i = 0; i < order.Signatures.Count; i++)
            if (order.Signatures[i].Signature.Length != SignatureBytes
                || (i > 0 && order.Signatures[i - 1].Administrator.CompareTo(order.Signatures[i].Administrator) >= 0))
                return false;
        return true;
    }

    private static int Size(SignedOrder order) => 1 + order.Signatures.Count * (AdministratorId.Size + SignatureBytes) + 4 + order.Body.Length;
}
