using System.Text.Json;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>The frozen transactions (tests/Vectors/evm/ORIGIN.md).</summary>
internal static class EvmVectors
{
    public const int Count = 200;

    public static IReadOnlyList<EvmVector> All { get; } = Load();

    private static List<EvmVector> Load()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "evm", "transactions.json"));
        return [.. json.RootElement.EnumerateArray().Select(EvmVector.Read)];
    }
}
