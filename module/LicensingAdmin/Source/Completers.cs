using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace LicensingAdmin
{
    /// <summary>Completes with values that earlier answers of the open sessions held: quick, silent, without the network.</summary>
    public abstract class SeenValueCompleter : IArgumentCompleter
    {
        private readonly string property;

        /// <summary>A completer for the values of this property of rows.</summary>
        protected SeenValueCompleter(string property)
        {
            this.property = property;
        }

        /// <inheritdoc/>
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
        {
            string start = wordToComplete.Trim('\'', '"');
            return Values()
                .Where(value => value.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .OrderBy(value => value, StringComparer.OrdinalIgnoreCase)
                .Select(value => new CompletionResult(Quoted(value), value, CompletionResultType.ParameterValue, value));
        }

        /// <summary>What there is to choose from.</summary>
        protected virtual IEnumerable<string> Values() => SessionList.Current.Open.SelectMany(session => session.Seen(property));

        private static string Quoted(string value) =>
            value.All(character => char.IsLetterOrDigit(character) || "_-.:\\".Contains(character))
                ? value
                : "'" + CodeGeneration.EscapeSingleQuotedStringContent(value) + "'";
    }

    /// <summary>Completes features.</summary>
    public sealed class FeatureCompleter : SeenValueCompleter
    {
        /// <summary>A completer of features.</summary>
        public FeatureCompleter() : base("Feature") { }
    }

    /// <summary>Completes vendors.</summary>
    public sealed class VendorCompleter : SeenValueCompleter
    {
        /// <summary>A completer of vendors.</summary>
        public VendorCompleter() : base("Vendor") { }
    }

    /// <summary>Completes accounts.</summary>
    public sealed class AccountCompleter : SeenValueCompleter
    {
        /// <summary>A completer of accounts.</summary>
        public AccountCompleter() : base("Account") { }
    }

    /// <summary>Completes names of license files.</summary>
    public sealed class FileNameCompleter : SeenValueCompleter
    {
        /// <summary>A completer of file names.</summary>
        public FileNameCompleter() : base("FileName") { }
    }

    /// <summary>Completes ids of tokens.</summary>
    public sealed class TokenIdCompleter : SeenValueCompleter
    {
        /// <summary>A completer of token ids.</summary>
        public TokenIdCompleter() : base("TokenId") { }
    }

    /// <summary>Completes error codes.</summary>
    public sealed class CodeCompleter : SeenValueCompleter
    {
        /// <summary>A completer of error codes.</summary>
        public CodeCompleter() : base("Code") { }
    }

    /// <summary>Completes names of open sessions.</summary>
    public sealed class SessionCompleter : SeenValueCompleter
    {
        /// <summary>A completer of sessions.</summary>
        public SessionCompleter() : base("Server") { }

        /// <inheritdoc/>
        protected override IEnumerable<string> Values() => SessionList.Current.Open.Select(session => session.Server);
    }
}
