using System.Globalization;
using System.Text;
using MpcSigner.Node.Commands;

namespace MpcSigner.Node.Start;

/// <summary>The file that lets a start make the database: for a new node, or in the place of one that was lost for good.</summary>
internal static class PendingStore
{
    private const string AfterLoss = "in the place of a lost database; starts count on from ";
    private const int MaxBytes = 256;

    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static void First(NodeDirectory directory) => PrivateFile.Create(directory.StorePending, "The database is made at the first start.\n"u8);

    /// <summary>
    /// Peers know the highest start counter of this node and take no lower one. It is lost with the database, but a node starts less than once a
    /// second: the seconds since 1970 are above every counter that it or an earlier replacement has shown.
    /// </summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void AfterLossAt(NodeDirectory directory, DateTimeOffset now) => PrivateFile.Create(directory.StorePending,
        Encoding.ASCII.GetBytes($"{AfterLoss}{checked((uint)now.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture)}\n"));

    /// <returns>As many starts as peers can have seen of a lost database; 0 at a node's first start.</returns>
    /// <exception cref="StartRefusedException">The file says something else.</exception>
    public static uint Read(NodeDirectory directory)
    {
        var text = Encoding.ASCII.GetString(BoundedFile.Read(directory.StorePending, MaxBytes, ExitCode.StoreDamaged, "The file that lets the database be made"));
        if (!text.StartsWith(AfterLoss, StringComparison.Ordinal))
            return 0;
        return uint.TryParse(text.AsSpan(AfterLoss.Length).TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var starts)
            ? starts
            : throw new StartRefusedException(ExitCode.StoreDamaged, $"{directory.StorePending} is not what store new wrote.", "Remove it and run mpcsigner-node store new again.");
    }
}
