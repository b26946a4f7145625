using MpcSigner.Client.Errors;

namespace MpcSigner.Client;

/// <summary>An administrator's files in one folder, named as a client's (<see cref="ClientFolder"/>), with the administrator's own key.</summary>
public static class AdministratorFolder
{
    /// <summary>The Ed25519 key that signs rosters, policies and orders. It may be missing where somebody else signs.</summary>
    public const string SigningKey = "administrator-key.pem";

    /// <summary>Reads all files of <paramref name="folder"/>. The signers of the result are to be disposed with the administrator.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: a file is missing or not what it should be.</exception>
    public static MpcSignerAdministratorOptions Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var key = Path.Combine(folder, SigningKey);
        return Load(folder, () => File.Exists(key) ? [Ed25519KeyFile.Load(key)] : []);
    }

    /// <summary>Reads the files of <paramref name="folder"/> but the signing key, which is elsewhere: in a token, in a key service.</summary>
    /// <param name="folder">The administrator's folder.</param>
    /// <param name="signers">Sign orders and documents; none where somebody else signs. They stay the caller's.</param>
    /// <exception cref="MpcSignerException">CONFIGURATION: a file is missing or not what it should be.</exception>
    public static MpcSignerAdministratorOptions Load(string folder, IReadOnlyList<IRequestSigner> signers)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(signers);
        return Load(folder, () => signers);
    }

    private static MpcSignerAdministratorOptions Load(string folder, Func<IReadOnlyList<IRequestSigner>> signers)
    {
        if (!Directory.Exists(folder))
            throw Failures.Configuration($"There is no administrator's folder {folder}.", "Create a cluster with mpcsigner cluster init, or name the folder that holds an administrator's files.");
        var certificate = Path.Combine(folder, ClientFolder.TlsCertificate);
        return new()
        {
            Roster = ClientFolder.Read(folder, ClientFolder.Roster),
            RosterSignature = ClientFolder.Read(folder, ClientFolder.RosterSignature),
            RosterUpdates = ClientFolder.ReadRosters(folder),
            AdministratorKey = ClientFolder.ReadKey(folder, ClientFolder.AdministratorKey),
            TrustedAuthorities = ClientFolder.LoadAuthorities(Path.Combine(folder, ClientFolder.Authorities)),
            TlsCertificate = File.Exists(certificate) ? ClientFolder.LoadCertificate(certificate, Path.Combine(folder, ClientFolder.TlsKey)) : null,
            Signers = signers(),
        };
    }
}
