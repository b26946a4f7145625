using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MpcSigner.Chains.Evm;
using MpcSigner.Core.Intents;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Policies;

/// <summary>Names of chains, addresses and assets as policies write them, into the form in which intents hold them: rules compare exactly.</summary>
/// <remarks>A mistyped name matches nothing: in an allow rule that is a nuisance, in a deny rule a hole. So what can be judged is judged here.</remarks>
internal static class ChainTerms
{
    /// <summary>solana, raw, evm:any, or evm: and a chain id.</summary>
    public static bool TryChain(YamlItem item, [NotNullWhen(true)] out string? chain)
    {
        chain = null;
        if (!item.TryText(TextRule.Word, out var text))
            return false;
        if (text is ChainName.Raw or ChainName.Solana or ChainName.EveryEvm || IsEvm(text))
        {
            chain = text;
            return true;
        }
        item.Fail($"expected {ChainName.Solana}, {ChainName.Raw}, {ChainName.EvmFamily} and a chain id like {ChainName.Evm(1)}, or {ChainName.EveryEvm} for what is valid on all of those, found {Shown.Text(text)}");
        return false;
    }

    /// <summary>An account or an asset, on whichever chain. What begins like an Ethereum address must be one, and is written with its checksum from here on.</summary>
    public static bool TryAddress(YamlItem item, [NotNullWhen(true)] out string? address)
    {
        address = null;
        if (!item.TryText(TextRule.Word, out var text))
            return false;
        address = text;
        if (text.StartsWith(EvmAddress.Prefix, StringComparison.OrdinalIgnoreCase))
        {
            if (!EvmAddress.TryParse(text, out var parsed, out var problem))
            {
                item.Fail($"{Shown.Text(text)}: {problem}");
                return false;
            }
            address = parsed.ToString();
        }
        else if (text.Length == 2 * EvmAddress.Size && text.All(char.IsAsciiHexDigit))
        {
            item.Fail($"{Shown.Text(text)}: an Ethereum address begins with {EvmAddress.Prefix}");
            return false;
        }
        return true;
    }

    /// <summary>Of an asset that has been read.</summary>
    public static bool IsEvmAsset(string asset) => asset is EvmChain.NativeAsset || asset.StartsWith(EvmAddress.Prefix, StringComparison.Ordinal);

    private static bool IsEvm(string text) =>
        text.StartsWith(ChainName.EvmFamily, StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(ChainName.EvmFamily.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && id is > 0 and <= EvmChain.MaxId
        && text == ChainName.Evm(id);
}
