using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Client.Errors;

namespace MpcSigner.Client;

/// <summary>A client's files in one folder: what <c>mpcsigner cluster init</c> writes under <c>client/</c>.</summary>
public static class ClientFolder
{
    public const string Roster = "roster.yaml";
    public const string RosterSignature = "roster.yaml.sig";

    /// <summary>The administrator's Ed25519 public key, 64 hexadecimal digits.</summary>
    public const string AdministratorKey = "administrator.pub";

    /// <summary>The authorities of the nodes' certificates, in PEM.</summary>
    public const string Authorities = "ca.pem";
    public const string RequestKey = "request-key.pem";
    public const string TlsCertificate = "tls.pem";
    public const string TlsKey = "tls-key.pem";

    /// <summary>A roster of 10,000 clients stays below this.</summary>
    private const int MaxFileBytes = 4 << 20;

    private const string SignatureSuffix = ".sig";

    /// <summary>Reads all files of <paramref name="folder"/>. The signer of the result is an <see cref="Ed25519KeyFile"/>, to be disposed with the client.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: a file is missing or not what it should be.</exception>
    public static MpcSignerClientOptions Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Load(folder, () => Ed25519KeyFile.Load(Path.Combine(folder, RequestKey)));
    }

    /// <summary>Reads the files of <paramref name="folder"/> but the request key, which is elsewhere: in a token, in a key service.</summary>
    /// <param name="folder">The client's folder.</param>
    /// <param name="signer">Signs requests; stays the caller's.</param>
    /// <exception cref="MpcSignerException">CONFIGURATION: a file is missing or not what it should be.</exception>
    public static MpcSignerClientOptions Load(string folder, IRequestSigner signer)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(signer);
        return Load(folder, () => signer);
    }

    private static MpcSignerClientOptions Load(string folder, Func<IRequestSigner> signer)
    {
        if (!Directory.Exists(folder))
            throw Failures.Configuration($"There is no client folder {folder}.", "Create a cluster with mpcsigner cluster init, or name the folder that holds this client's files.");
        return new()
        {
            Roster = Read(folder, Roster),
            RosterSignature = Read(folder, RosterSignature),
            RosterUpdates = ReadRosters(folder),
            AdministratorKey = ReadKey(folder, AdministratorKey),
            TrustedAuthorities = LoadAuthorities(Path.Combine(folder, Authorities)),
            TlsCertificate = LoadCertificate(Path.Combine(folder, TlsCertificate), Path.Combine(folder, TlsKey)),
            Signer = signer(),
        };
    }

    /// <summary>Puts a later version of the roster into a folder, where <see cref="Load"/> finds it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void AddRoster(string folder, SignedRoster next)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(next);
        var path = Path.Combine(folder, NameOf(next.Version));
        // The signatures first, and each moved whole into its place: a roster without them would be refused.
        foreach (var (name, content) in ((string, ReadOnlyMemory<byte>)[])[(path + SignatureSuffix, next.Signatures), (path, next.Roster)])
        {
            File.WriteAllBytes(name + ".new", content.Span);
            File.Move(name + ".new", name, overwrite: true);
        }
    }

    internal static IReadOnlyList<SignedRoster> ReadRosters(string folder)
    {
        List<SignedRoster> updates = [];
        for (uint version = 2; File.Exists(Path.Combine(folder, NameOf(version))); version++)
            updates.Add(new(version, Read(folder, NameOf(version)), Read(folder, NameOf(version) + SignatureSuffix)));
        return updates;
    }

    /// <summary>As nodes name them: roster.yaml, roster.v2.yaml, roster.v3.yaml.</summary>
    private static string NameOf(uint version) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(Roster)}.v{version}{Path.GetExtension(Roster)}");

    internal static byte[] ReadKey(string folder, string name)
    {
        var text = System.Text.Encoding.ASCII.GetString(Read(folder, name)).Trim();
        return text.Length == 64 && text.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(text)
            : throw Failures.Configuration($"{Path.Combine(folder, name)} is not a public key in 64 hexadecimal digits.", "Ask the administrator for the key.");
    }

    internal static byte[] Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes })
                throw Failures.Configuration($"{path} is larger than {MaxFileBytes} bytes.", "Check that it is the file it should be.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failures.Configuration($"{path} cannot be read: {e.Message}", "Check the path and its permissions.", e);
        }
    }

    internal static IReadOnlyList<X509Certificate2> LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw Failures.Configuration($"{path} cannot be read: {e.Message}", "Give the PEM file of the authority that certifies the nodes.", e);
        }
        return authorities.Count > 0 ? [.. authorities] : throw Failures.Configuration($"{path} holds no certificate.", "Give the PEM file of the authority that certifies the nodes.");
    }

    internal static X509Certificate2 LoadCertificate(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or NotSupportedException)
        {
            throw Failures.Configuration($"The TLS certificate {certificate} or its key {key} cannot be read: {e.Message}", "Check both files.", e);
        }
    }
}
