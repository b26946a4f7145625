using MpcSigner.Client.Errors;
using MpcSigner.Core.Requests;

namespace MpcSigner.Client.Configuration;

/// <summary>The ranges of the options; all that is wrong is said at once.</summary>
internal static class OptionsCheck
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    public static void ThrowIfWrong(MpcSignerAdministratorOptions options)
    {
        List<string> wrong = [];
        Check(wrong, nameof(options.OrderLife), options.OrderLife, TimeSpan.FromMinutes(1), RequestBody.MaxLife);
        Check(wrong, nameof(options.CallTimeout), options.CallTimeout, TimeSpan.FromSeconds(1), TenMinutes);
        if (options.TlsCertificate is { HasPrivateKey: false })
            wrong.Add("the TLS certificate comes without its private key");
        if (options.AdministratorKey.Length != 32)
            wrong.Add($"the administrator's key has {options.AdministratorKey.Length} bytes, not 32");
        if (wrong.Count > 0)
            throw Failures.Configuration($"The administrator's options are wrong: {string.Join("; ", wrong)}.", "Correct them all, then try again.");
    }

    public static void ThrowIfWrong(MpcSignerClientOptions options)
    {
        List<string> wrong = [];
        Check(wrong, nameof(options.RequestLife), options.RequestLife, TimeSpan.FromMinutes(1), RequestBody.MaxLife);
        Check(wrong, nameof(options.SigningTimeout), options.SigningTimeout, TimeSpan.FromSeconds(1), TenMinutes);
        Check(wrong, nameof(options.AttemptTimeout), options.AttemptTimeout, TimeSpan.FromMilliseconds(500), TenMinutes);
        Check(wrong, nameof(options.CreationTimeout), options.CreationTimeout, TimeSpan.FromSeconds(1), TenMinutes);
        if (!options.TlsCertificate.HasPrivateKey)
            wrong.Add("the TLS certificate comes without its private key");
        if (options.AdministratorKey.Length != 32)
            wrong.Add($"the administrator's key has {options.AdministratorKey.Length} bytes, not 32");
        if (wrong.Count > 0)
            throw Failures.Configuration($"The client's options are wrong: {string.Join("; ", wrong)}.", "Correct them all, then connect again.");
    }

    private static void Check(List<string> wrong, string name, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
            wrong.Add($"{name} is {value}, outside {min}..{max}");
    }
}
