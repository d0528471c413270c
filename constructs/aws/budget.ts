/** Budget: people are told when the month becomes expensive. Nothing is stopped. */
import * as budgets from 'aws-cdk-lib/aws-budgets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { show, SpecError, when, type Problem } from '../spec/problem';

export interface BudgetProps {
  /** US dollars a month. */
  readonly monthly: number;
  /**
   * Value of the tag `mlops:system` on all that counts. Costs are known by tag only once somebody has activated that
   * tag as a cost allocation tag, in the account that pays: until then, the budget sees nothing.
   * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
   */
  readonly prefix: string;
  /** Its policy must let budgets.amazonaws.com publish. @default - nobody is told this way */
  readonly topic?: sns.ITopic;
  /** At most 10. @default [] */
  readonly emails?: readonly string[];
}

/** Tells at 80 % of what was spent, and at 100 % of what the month is expected to cost. */
export class Budget extends Construct {
  readonly resource: budgets.CfnBudget;

  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const { monthly, prefix, topic, emails = [] } = props;
    const problems = checkBudget(props);
    if (problems.length > 0) throw new SpecError(prefix, problems);
    const subscribers = [
      ...(topic ? [{ subscriptionType: 'SNS', address: topic.topicArn }] : []),
      ...emails.map((address) => ({ subscriptionType: 'EMAIL', address })),
    ];
    const at = (notificationType: string, threshold: number) => ({
      notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
      subscribers,
    });
    // Named by CloudFormation: other subscribers are another budget, and two of one name cannot be.
    this.resource = new budgets.CfnBudget(this, 'Resource', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthly, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:mlops:system$${prefix}`] },
      },
      notificationsWithSubscribers: [at('ACTUAL', 80), at('FORECASTED', 100)],
    });
  }
}

/** https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html */
function checkBudget({ monthly, topic, emails = [] }: BudgetProps): Problem[] {
  return [
    ...when(!(monthly > 0), {
      path: 'monthly',
      got: show(monthly),
      expected: 'US dollars a month, more than 0',
      fix: 'write what the system may cost',
    }),
    ...when(!topic && emails.length === 0, {
      path: 'emails',
      got: 'nobody to tell',
      expected: 'a topic or an address',
      fix: 'add emails, or a topic',
    }),
    ...when(emails.length > 10, {
      path: 'emails',
      got: `${emails.length} addresses`,
      expected: 'at most 10',
      fix: 'tell a topic, and subscribe the addresses to it',
    }),
  ];
}
