using System.Globalization;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Storage.Migrations;

/// <summary>The schema's versions, forward only: NNNN_name.sql brings a database from version N − 1 to N.</summary>
internal static class SqliteMigrations
{
    private const string Prefix = "Migrations/Sqlite/";

    private static readonly string[] Scripts = Load();

    /// <summary>The schema version that this program reads and writes.</summary>
    internal static int Newest => Scripts.Length;

    private static string[] Load()
    {
        var assembly = typeof(SqliteMigrations).Assembly;
        var names = assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        var scripts = new string[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (int.Parse(names[i].AsSpan(Prefix.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture) != i + 1)
                throw new InvalidOperationException($"migration {names[i]} stands where number {i + 1} is expected");
            using var reader = new StreamReader(assembly.GetManifestResourceStream(names[i])!);
            scripts[i] = reader.ReadToEnd();
        }
        return scripts;
    }

    /// <summary>Runs the scripts above the database's version, each in a transaction together with the new version number.</summary>
    internal static void Apply(SqliteConnection connection)
    {
        for (var version = (int)connection.QueryNumber("PRAGMA user_version"); version < Newest; version++)
            connection.Script(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE;\n{Scripts[version]}\nPRAGMA user_version = {version + 1};\nCOMMIT;"));
    }
}
