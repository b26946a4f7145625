using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>Numbers on the wire to names in the core. An enum of protobuf is open: any number may come.</summary>
internal static class WireEnums
{
    public static bool TryRead(V1.Suite wire, out Suite suite)
    {
        suite = (int)wire is > 0 and <= byte.MaxValue ? (Suite)(int)wire : Suite.None;
        return suite is not Suite.None && Enum.IsDefined(suite);
    }

    public static bool TryRead(V1.KeyUsage wire, out KeyUsage usage)
    {
        usage = (KeyUsage)(int)wire;
        return Enum.IsDefined(usage);
    }

    public static bool TryRead(V1.PayloadKind wire, out PayloadKind kind)
    {
        kind = (PayloadKind)(int)wire;
        return Enum.IsDefined(kind);
    }

    public static bool TryRead(V1.TaprootMode wire, out TaprootMode mode)
    {
        mode = (int)wire is >= 0 and <= byte.MaxValue ? (TaprootMode)(int)wire : TaprootMode.None;
        return (int)mode == (int)wire && Enum.IsDefined(mode);
    }

    public static bool TryRead(V1.AttemptEnd wire, out AttemptEnd end)
    {
        end = (int)wire is > 0 and <= byte.MaxValue ? (AttemptEnd)(int)wire : default;
        return Enum.IsDefined(end);
    }

    public static V1.AttemptEnd ToWire(AttemptEnd end) => end switch
    {
        AttemptEnd.Abandon => V1.AttemptEnd.Abandon,
        AttemptEnd.RollBack => V1.AttemptEnd.RollBack,
        AttemptEnd.EraseOld => V1.AttemptEnd.EraseOld,
    };

    public static V1.TaprootMode ToWire(TaprootMode mode) => mode switch
    {
        TaprootMode.None => V1.TaprootMode.None,
        TaprootMode.KeyPath => V1.TaprootMode.KeyPath,
    };

    public static V1.KeyUsage ToWire(KeyUsage usage) => usage switch
    {
        KeyUsage.Transactions => V1.KeyUsage.Transactions,
        KeyUsage.TransactionsAndRaw => V1.KeyUsage.TransactionsAndRaw,
    };

    public static V1.PayloadKind ToWire(PayloadKind kind) => kind switch
    {
        PayloadKind.Raw => V1.PayloadKind.Raw,
        PayloadKind.SolanaTransaction => V1.PayloadKind.SolanaTransaction,
        PayloadKind.EvmTransaction => V1.PayloadKind.EvmTransaction,
        PayloadKind.EvmMessage => V1.PayloadKind.EvmMessage,
    };
}
