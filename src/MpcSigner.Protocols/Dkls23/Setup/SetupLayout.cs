using MpcSigner.Cryptography.Secrets.ObliviousTransfer;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>Bytes of the messages M0–M4 and of their parts (spec §5, §16.1). Each message has one length; any other is refused before it is read.</summary>
internal static class SetupLayout
{
    internal const int Point = Secp256k1Points.EncodedSize;

    /// <summary>z, and setup_sid and setup_id as well.</summary>
    internal const int Field = 32;

    /// <summary>The two points of each base OT: instance by instance, branch 0 before branch 1.</summary>
    internal const int Points = SetupSizes.BaseOts * 2 * Point;

    /// <summary>Bytes of v_y and t̃.</summary>
    internal const int LeafCheck = 64;

    /// <summary>t_{1,0}, t_{1,1}, t_{2,0}, t_{2,1}, t_{3,0}, t_{3,1} of a tree.</summary>
    internal const int Corrections = (SetupSizes.Levels - 1) * 2 * SetupSizes.Node;

    /// <summary>Corrections ‖ t̃ ‖ h of a tree.</summary>
    internal const int Tree = Corrections + LeafCheck + Field;

    internal const int AllTrees = SetupSizes.Trees * Tree;

    /// <summary>M0: u64 last epoch with self as A ‖ u64 with self as B ‖ nonce with self as A ‖ nonce with self as B.</summary>
    internal const int M0 = 2 * sizeof(ulong) + 2 * Field;

    /// <summary>M1: setup_sid ‖ points ‖ z.</summary>
    internal const int M1 = Field + Points + Field;

    /// <summary>M2: setup_sid ‖ points ‖ trees ‖ z.</summary>
    internal const int M2 = Field + Points + AllTrees + Field;

    /// <summary>M3 and M4: setup_id.</summary>
    internal const int Confirmation = Field;

    /// <summary>The points within M1 or M2.</summary>
    internal static Range PointsRange => Field..(Field + Points);

    /// <summary>The trees within M2.</summary>
    internal static Range TreesRange => (Field + Points)..^Field;

    /// <summary>z within M1 or M2.</summary>
    internal static Range ZRange => ^Field..;

    /// <summary>Point b of base OT i.</summary>
    internal static Span<byte> PointOf(Span<byte> points, int i, int b) => points.Slice((2 * i + b) * Point, Point);

    /// <inheritdoc cref="PointOf(Span{byte}, int, int)"/>
    internal static ReadOnlySpan<byte> PointOf(ReadOnlySpan<byte> points, int i, int b) => points.Slice((2 * i + b) * Point, Point);
}
